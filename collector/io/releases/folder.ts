/**
 * A release repository in a folder: `metadata/` and `targets/`, as any static host can serve them, and
 * `staged/`, what is not signed by all yet.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { TOP_ROLES, type TopRole } from '../../../protocol/tuf/metadata.ts';
import { hashedPath } from '../../../protocol/tuf/paths.ts';
import { type Draft, draftBytes, readDraft } from '../../core/releases/envelope.ts';
import { type Drafts, type RepositoryState, rootOf } from '../../core/releases/publication.ts';
import { writeWhole } from '../shelves/whole-file.ts';

const LARGEST_METADATA = 8 * 1024 * 1024;
const LARGEST_TARGET = 2 ** 40;
const VERSIONED = /^(\d{1,16})\.(root|targets|snapshot)\.json$/;

export class ReleaseFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  async load(): Promise<RepositoryState> {
    const published: Drafts = {};
    for (const role of TOP_ROLES) {
      const draft = await this.#newest(role);
      if (draft !== undefined) published[role] = draft;
    }
    const staged: Drafts = {};
    for (const role of TOP_ROLES) {
      const draft = await this.#read(join('staged', `${role}.json`));
      if (draft !== undefined) staged[role] = draft;
    }
    const root = published.root === undefined ? undefined : rootOf(published.root);
    const delegates = {
      published: await this.#delegated(published.snapshot),
      staged: await this.#stagedOthers(),
    };
    return { root, published, staged, delegates };
  }

  /** Of any role, also a delegated one. */
  async stage(role: string, draft: Draft): Promise<void> {
    await this.#write(join('staged', `${role}.json`), draftBytes(draft));
  }

  /** What is staged afterwards: the rest is taken away. */
  async stageOnly(drafts: Drafts, delegated: ReadonlyMap<string, Draft>): Promise<void> {
    for (const name of (await this.#stagedOthers()).keys()) {
      if (!delegated.has(name)) await this.unstage(name);
    }
    for (const role of TOP_ROLES) {
      const draft = drafts[role];
      if (draft !== undefined) await this.stage(role, draft);
      else await this.unstage(role);
    }
  }

  async unstage(role: string): Promise<void> {
    await rm(join(this.path, 'staged', `${role}.json`), { force: true });
  }

  async publish(name: string, bytes: Uint8Array): Promise<void> {
    await this.#write(join('metadata', name), bytes);
  }

  async metadata(name: string): Promise<Uint8Array | undefined> {
    return readFile(join(this.path, 'metadata', name)).catch(absent);
  }

  /** Copies a file to its place; the place is named by its hash, so a second time is none. */
  async addTarget(path: string, source: string): Promise<{ length: number; sha256: string }> {
    const { length, sha256 } = await digestOf(source);
    const target = join(this.path, 'targets', hashedPath(path, sha256));
    await writeWhole(target, createReadStream(source), LARGEST_TARGET, (written) => {
      if (written.sha256 !== sha256) throw new Error(`${source} was changed while it was read`);
    });
    return { length, sha256 };
  }

  targetPath(path: string, sha256: string): string {
    return join(this.path, 'targets', hashedPath(path, sha256));
  }

  /** Files below `targets/`, relative. */
  async targetFiles(): Promise<readonly string[]> {
    const folder = join(this.path, 'targets');
    await mkdir(folder, { recursive: true, mode: 0o755 });
    const all = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = all.filter((one) => one.isFile());
    return files.map((one) => join(one.parentPath, one.name).slice(folder.length + 1)).sort();
  }

  async removeTarget(file: string): Promise<void> {
    await rm(join(this.path, 'targets', file), { force: true });
  }

  async #newest(role: TopRole): Promise<Draft | undefined> {
    if (role === 'timestamp') return this.#read(join('metadata', 'timestamp.json'));
    const names = await readdir(join(this.path, 'metadata')).catch(() => []);
    const versions = names.flatMap((name) => {
      const [, version, whose] = VERSIONED.exec(name) ?? [];
      return whose === role ? [Number(version)] : [];
    });
    // What the timestamp does not lead to was never published: a cut came in between.
    const most = role === 'root' ? Number.POSITIVE_INFINITY : await this.#reached(role);
    const known = versions.filter((version) => version <= most);
    if (known.length === 0) return undefined;
    return this.#read(join('metadata', `${Math.max(...known)}.${role}.json`));
  }

  /** Roles beside the four that the snapshot names. */
  async #delegated(snapshot: Draft | undefined): Promise<ReadonlyMap<string, Draft>> {
    const all = new Map<string, Draft>();
    for (const file of Object.keys((snapshot?.signed['meta'] ?? {}) as object)) {
      const name = file.slice(0, -'.json'.length);
      if (isTop(name)) continue;
      const draft = await this.#read(join('metadata', `${namedVersion(snapshot, file)}.${file}`));
      if (draft === undefined)
        throw new Error(`${this.path}: metadata of role ${name} is not there`);
      all.set(name, draft);
    }
    return all;
  }

  async #stagedOthers(): Promise<ReadonlyMap<string, Draft>> {
    const all = new Map<string, Draft>();
    for (const file of await readdir(join(this.path, 'staged')).catch(() => [])) {
      const name = file.slice(0, -'.json'.length);
      if (!file.endsWith('.json') || file.startsWith('.') || isTop(name)) continue;
      const draft = await this.#read(join('staged', file));
      if (draft !== undefined) all.set(name, draft);
    }
    return all;
  }

  async #reached(role: 'targets' | 'snapshot'): Promise<number> {
    const stamp = await this.#read(join('metadata', 'timestamp.json'));
    const snapshot = namedVersion(stamp, 'snapshot.json');
    if (role === 'snapshot' || snapshot === 0) return snapshot;
    return namedVersion(
      await this.#read(join('metadata', `${snapshot}.snapshot.json`)),
      'targets.json',
    );
  }

  async #read(file: string): Promise<Draft | undefined> {
    const bytes = await readFile(join(this.path, file)).catch(absent);
    if (bytes === undefined) return undefined;
    const draft = readDraft(bytes);
    if ('problem' in draft) throw new Error(`${join(this.path, file)}: ${draft.problem}`);
    return draft;
  }

  async #write(file: string, bytes: Uint8Array): Promise<void> {
    await writeWhole(join(this.path, file), once(bytes), LARGEST_METADATA, () => undefined);
  }
}

export async function digestOf(path: string): Promise<{ length: number; sha256: string }> {
  const hash = createHash('sha256');
  let length = 0;
  for await (const piece of createReadStream(path)) {
    hash.update(piece as Buffer);
    length += (piece as Buffer).length;
  }
  return { length, sha256: hash.digest('hex') };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

function isTop(name: string): boolean {
  return (TOP_ROLES as readonly string[]).includes(name);
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}

function namedVersion(draft: Draft | undefined, file: string): number {
  const meta = (draft?.signed['meta'] ?? {}) as Readonly<Record<string, { version?: number }>>;
  return Number(meta[file]?.version ?? 0);
}
