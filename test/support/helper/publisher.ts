/**
 * A director and a release repository with real keys, whose metadata goes straight into the folder
 * where the agent keeps it for the helper.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { REPOSITORIES, type RepositoryName } from '../../../agent/core/trust/trusted.ts';
import {
  snapshotDocument,
  targetsDocument,
  timestampDocument,
} from '../../../collector/core/releases/compose.ts';
import { type Told, tell } from '../../../collector/core/releases/director.ts';
import type { ReleaseManifest } from '../../../protocol/release.ts';
import { type Keys, newKeys, released, rootBytes, signedBytes } from '../trust/world.ts';

const DAY_MS = 86_400_000;

export type Metadata = Readonly<Record<RepositoryName, Readonly<Record<string, string>>>>;

export class Publisher {
  readonly keys: Record<RepositoryName, Keys> = { director: newKeys(1), release: newKeys(2) };
  #told: Told | undefined;
  #release: Readonly<Record<string, string>> = {};
  #version = 0;

  root(name: RepositoryName): Uint8Array {
    return rootBytes(this.keys[name], { expires: Date.now() + 300 * DAY_MS });
  }

  /** A new edition of the release repository. */
  publish(...manifests: readonly ReleaseManifest[]): this {
    const version = ++this.#version;
    const { targets, snapshot, timestamp } = this.keys.release;
    const head = { version, expires: Date.now() + 7 * DAY_MS };
    const top = signedBytes(targetsDocument(head, released(...manifests)), targets);
    const meta = { 'targets.json': { version, bytes: top } };
    const shot = signedBytes(snapshotDocument(head, meta), snapshot);
    const stamp = signedBytes(timestampDocument(head, { version, bytes: shot }), timestamp);
    this.#release = {
      'timestamp.json': text(stamp),
      [`${version}.snapshot.json`]: text(shot),
      [`${version}.targets.json`]: text(top),
    };
    return this;
  }

  /** A new decision of the director for this device. */
  assign(device: string, manifests: readonly ReleaseManifest[], now = Date.now()): this {
    // One role signs everything of a director.
    const { targets, snapshot, timestamp } = this.keys.director;
    const assigned = manifests.flatMap(({ files }) => files);
    const keys = [...targets, ...snapshot, ...timestamp];
    this.#told = tell(device, assigned, this.#told, (this.#told?.version ?? 0) + 1, keys, now);
    return this;
  }

  get metadata(): Metadata {
    return { director: this.#told?.files ?? {}, release: this.#release };
  }
}

/** As the agent leaves it; what was there before is gone. */
export async function layMetadata(data: string, metadata: Metadata): Promise<void> {
  const folder = join(data, 'updates', 'metadata');
  await rm(folder, { recursive: true, force: true });
  for (const name of REPOSITORIES) {
    await mkdir(join(folder, name), { recursive: true });
    for (const [file, content] of Object.entries(metadata[name])) {
      await writeFile(join(folder, name, encodeURIComponent(file)), content);
    }
  }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
