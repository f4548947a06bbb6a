/**
 * A folder held open by descriptor. Node has no `openat`; `/proc/self/fd/<n>/<name>` is the same:
 * the kernel takes the descriptor's own folder, wherever it was moved and whatever its path is now.
 */
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, opendir, readFile } from 'node:fs/promises';

const FOLDER_FLAGS =
  constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** Names read from the kernel at a time. */
const NAMES_AT_ONCE = 256;

export interface Identity {
  readonly dev: number;
  readonly ino: number;
}

export class HeldFolder {
  readonly #handle: FileHandle;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Step by step from `/`, so that no part of the path may be a link. */
  static async open(path: string): Promise<HeldFolder> {
    let held = new HeldFolder(await open('/', FOLDER_FLAGS));
    for (const part of path.split('/').filter((each) => each !== '')) {
      const above = held;
      try {
        held = await above.child(Buffer.from(part).toString('latin1'));
      } finally {
        await above.close();
      }
    }
    return held;
  }

  /** Where a name in this folder is, for calls that do not follow a link at the end. */
  at(name: string): Buffer {
    if (name === '' || name === '.' || name === '..' || name.includes('/')) {
      throw new Error(`${JSON.stringify(name)} is no name within a folder`);
    }
    return Buffer.from(`/proc/self/fd/${this.#handle.fd}/${name}`, 'latin1');
  }

  async child(name: string): Promise<HeldFolder> {
    return new HeldFolder(await open(this.at(name), FOLDER_FLAGS));
  }

  stat(name: string) {
    return lstat(this.at(name));
  }

  self() {
    return this.#handle.stat();
  }

  /** Names, one character per byte. */
  async *names(): AsyncGenerator<string> {
    const listing = await opendir(`/proc/self/fd/${this.#handle.fd}`, {
      encoding: 'latin1',
      bufferSize: NAMES_AT_ONCE,
    });
    for await (const { name } of listing) yield name;
  }

  /** Of the mount that it was reached by: a bind mount has the device of what it shows. */
  async mount(): Promise<string> {
    const text = await readFile(`/proc/self/fdinfo/${this.#handle.fd}`, 'latin1');
    return /^mnt_id:\s*(\d+)$/m.exec(text)?.[1] ?? '';
  }

  sync(): Promise<void> {
    return this.#handle.sync();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

export function isSame(a: Identity, b: Identity): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}
