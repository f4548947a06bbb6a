/** A disk of its own; needs the right to mount, as in a container or on a build machine. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export class SmallDisk implements Disposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** `undefined` without the right. */
  static mount(path: string, megabytes: number): SmallDisk | undefined {
    mkdirSync(path);
    try {
      const options = `size=${megabytes}m`;
      execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'none', path], { stdio: 'ignore' });
      return new SmallDisk(path);
    } catch {
      return undefined;
    }
  }

  /** Takes all space that is left, to the last page. */
  fill(): void {
    const file = openSync(this.#ballast(), 'a');
    for (const size of [1 << 20, 1 << 12]) pour(file, Buffer.alloc(size));
    closeSync(file);
  }

  free(): void {
    rmSync(this.#ballast(), { force: true });
  }

  /** Fails while somebody writes to it. */
  readOnly(yes: boolean): void {
    execFileSync('mount', ['-o', `remount,${yes ? 'ro' : 'rw'}`, this.path], { stdio: 'ignore' });
  }

  [Symbol.dispose](): void {
    execFileSync('umount', ['-l', this.path], { stdio: 'ignore' });
  }

  #ballast(): string {
    return join(this.path, 'ballast');
  }
}

function pour(file: number, block: Buffer): void {
  try {
    while (writeSync(file, block) === block.length);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}
