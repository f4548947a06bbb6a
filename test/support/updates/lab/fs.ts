/**
 * Takes the place of `node:fs` and `node:fs/promises` in the bundle of the laboratory, over the
 * disk in memory. Only what the agent's updates use is there: what is missing fails the build.
 */
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { current, failure, type Life } from './life.ts';
import { type Node, newNode } from './storage.ts';

const PIECE = 65_536;
/** Of the whole disk. */
const ROOM = { bavail: 1 << 20, bsize: 4096, blocks: 1 << 21 };

/** Follows links; the last one only when asked to. */
function find(path: string, isFollowing: boolean, hops = 0): Node | undefined {
  if (hops > 20) throw failure('ELOOP', path);
  let node: Node | undefined = current().storage.root;
  const parts = path.split('/').filter((part) => part !== '');
  for (const [at, part] of parts.entries()) {
    if (node.kind !== 'folder') throw failure('ENOTDIR', path);
    const next: Node | undefined = node.names.get(part);
    if (next === undefined) return undefined;
    const isLast = at === parts.length - 1;
    if (next.kind === 'link' && (isFollowing || !isLast)) {
      const folder = `/${parts.slice(0, at).join('/')}`;
      const left = parts.slice(at + 1).join('/');
      const to = next.target.startsWith('/') ? next.target : join(folder, next.target);
      return find(join(to, left), isFollowing, hops + 1);
    }
    node = next;
  }
  return node;
}

function there(path: string, isFollowing = true): Node {
  const node = find(path, isFollowing);
  if (node === undefined) throw failure('ENOENT', path);
  return node;
}

function place(path: string): { readonly folder: Node; readonly name: string } {
  const folder = there(dirname(path));
  if (folder.kind !== 'folder') throw failure('ENOTDIR', path);
  return { folder, name: basename(path) };
}

function stats(node: Node) {
  return {
    ...{ size: node.bytes.length, mode: node.mode, mtimeMs: node.modified },
    isFile: () => node.kind === 'file',
    isDirectory: () => node.kind === 'folder',
    isSymbolicLink: () => node.kind === 'link',
  };
}

export const lstat = (path: string) => current().look(() => stats(there(path, false)));
export const stat = (path: string) => current().look(() => stats(there(path)));
export const access = (path: string) => current().look(() => void there(path));
export const readdir = (path: string) => current().look(() => [...there(path).names.keys()]);
export const statfs = (path: string) =>
  current().look(() => ({ ...ROOM, isThere: there(path) !== undefined }));

export function readlink(path: string): Promise<string> {
  return current().look(() => {
    const { kind, target } = there(path, false);
    if (kind !== 'link') throw failure('EINVAL', 'readlink');
    return target;
  });
}

export function readFile(path: string, encoding?: 'utf8'): Promise<Buffer | string> {
  return current().look(() => {
    const bytes = Buffer.from(there(path).bytes);
    return encoding === undefined ? bytes : bytes.toString(encoding);
  });
}

export async function mkdir(
  path: string,
  options: { readonly recursive?: boolean; readonly mode?: number } = {},
): Promise<string | undefined> {
  const found = find(path, true);
  if (found !== undefined) {
    if (options.recursive === true && found.kind === 'folder') return undefined;
    throw failure('EEXIST', 'mkdir');
  }
  const first = options.recursive === true ? await mkdir(dirname(path), options) : undefined;
  await current().change(`mkdir ${path}`, () => {
    const { folder, name } = place(path);
    const to = newNode('folder', options.mode ?? 0o755);
    current().storage.step([{ folder, name, to }]);
  });
  return first ?? (options.recursive === true ? path : undefined);
}

export function symlink(target: string, path: string): Promise<void> {
  return current().change(`symlink ${path}`, () => {
    const { folder, name } = place(path);
    if (folder.names.has(name)) throw failure('EEXIST', 'symlink');
    current().storage.step([{ folder, name, to: newNode('link', 0o777, target) }]);
  });
}

export function rename(from: string, to: string): Promise<void> {
  return current().change(`rename ${from} to ${to}`, () => {
    const [source, goal] = [place(from), place(to)];
    const moved = there(from, false);
    const over = goal.folder.names.get(goal.name);
    if (over?.kind === 'folder' && over.names.size > 0) throw failure('ENOTEMPTY', 'rename');
    if (moved.kind === 'folder' && over !== undefined && over.kind !== 'folder')
      throw failure('ENOTDIR', 'rename');
    current().storage.step([
      { ...source, to: undefined },
      { ...goal, to: moved },
    ]);
  });
}

export function unlink(path: string): Promise<void> {
  return current().change(`unlink ${path}`, () => {
    there(path, false);
    current().storage.step([{ ...place(path), to: undefined }]);
  });
}

export async function rm(
  path: string,
  options: { readonly recursive?: boolean; readonly force?: boolean } = {},
): Promise<void> {
  const node = find(path, false);
  if (node === undefined) {
    if (options.force === true) return current().look(() => undefined);
    throw failure('ENOENT', 'rm');
  }
  if (node.kind === 'folder') {
    if (options.recursive !== true) throw failure('EISDIR', 'rm');
    for (const name of node.names.keys()) await rm(join(path, name), options);
  }
  await unlink(path);
}

class Handle {
  readonly #path: string;
  readonly #node: Node;
  readonly #isAppending: boolean;
  readonly #life: Life;
  #at = 0;

  constructor(path: string, node: Node, isAppending: boolean) {
    this.#path = path;
    this.#node = node;
    this.#isAppending = isAppending;
    this.#life = current();
  }

  async writeFile(data: string | Uint8Array): Promise<void> {
    await this.#put(Buffer.from(data as Uint8Array));
  }

  async write(data: Uint8Array, from = 0, length = data.length - from) {
    const bytes = data.subarray(from, from + length);
    await this.#put(Buffer.from(bytes));
    return { bytesWritten: bytes.length, buffer: data };
  }

  async read(buffer: Uint8Array, offset: number, length: number, position: number | null = null) {
    return this.#life.look(() => {
      const from = position ?? this.#at;
      const bytes = this.#node.bytes.subarray(from, from + length);
      buffer.set(bytes, offset);
      if (position === null) this.#at = from + bytes.length;
      return { bytesRead: bytes.length, buffer };
    });
  }

  truncate(length = 0): Promise<void> {
    return this.#life.change(`truncate ${this.#path}`, () =>
      this.#life.storage.write(this.#node, this.#node.bytes.slice(0, length)),
    );
  }

  chmod(mode: number): Promise<void> {
    return this.#life.change(`chmod ${this.#path}`, () => {
      this.#node.mode = mode;
    });
  }

  sync(): Promise<void> {
    return this.#life.change(`sync ${this.#path}`, () => this.#life.storage.sync(this.#node), {
      failed: () => this.#life.storage.forget(this.#node),
    });
  }

  datasync(): Promise<void> {
    return this.sync();
  }

  stat() {
    return this.#life.look(() => stats(this.#node));
  }

  close(): Promise<void> {
    return this.#life.look(() => undefined);
  }

  #put(bytes: Uint8Array): Promise<void> {
    const put = (fraction: number) => {
      const old = this.#node.bytes;
      const from = this.#isAppending ? old.length : this.#at;
      const part = bytes.subarray(0, Math.floor(bytes.length * fraction));
      const next = new Uint8Array(Math.max(old.length, from + part.length));
      next.set(old);
      next.set(part, from);
      this.#at = from + part.length;
      this.#life.storage.write(this.#node, next);
    };
    return this.#life.change(`write ${this.#path}`, () => put(1), { torn: put });
  }
}

export type FileHandle = Handle;

export async function open(path: string, flags = 'r', mode = 0o666): Promise<Handle> {
  const life = current();
  const found = find(path, true);
  if (flags.includes('x') && found !== undefined) throw failure('EEXIST', 'open');
  if (found === undefined) {
    if (flags === 'r') throw failure('ENOENT', 'open');
    const to = newNode('file', mode);
    await life.change(`create ${path}`, () => life.storage.step([{ ...place(path), to }]));
    return new Handle(path, to, flags.startsWith('a'));
  }
  if (flags.startsWith('w') && found.bytes.length > 0) {
    await life.change(`empty ${path}`, () => life.storage.write(found, new Uint8Array()));
  }
  await life.look(() => undefined);
  return new Handle(path, found, flags.startsWith('a'));
}

export function createReadStream(
  path: string,
  {
    start = 0,
    end = Number.POSITIVE_INFINITY,
  }: { readonly start?: number; readonly end?: number } = {},
): Readable {
  let at = start;
  return new Readable({
    read(this: Readable) {
      current()
        .look(() => there(path).bytes.subarray(at, Math.min(end + 1, at + PIECE)))
        .then(
          (bytes) => {
            at += bytes.length;
            this.push(bytes.length === 0 ? null : Buffer.from(bytes));
          },
          (error: Error) => this.destroy(error),
        );
    },
  });
}
