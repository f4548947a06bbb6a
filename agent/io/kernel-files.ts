/**
 * Reads files that the kernel answers from memory, at once and cheaply: a file is opened the first
 * time and read from its start again and again. A descriptor whose device went away fails to read;
 * it is opened anew then, since the device may be back under the same name.
 *
 * Only for `/proc` and `/sys`: a regular file that is replaced keeps its old text under the old
 * descriptor.
 */
import { closeSync, existsSync, openSync, readSync } from 'node:fs';

const FIRST_BUFFER_BYTES = 64 * 1024;
/** No kernel table is longer; what is, is no table. */
const LARGEST_BUFFER_BYTES = 8 * 1024 * 1024;
/** Of processes that come and go; the first one stays. */
const PASSING = /^\/proc\/(?!1\/)\d+\//;

export class KernelFiles {
  readonly #root: string;
  readonly #mostOpen: number;
  readonly #open = new Map<string, number>();
  #buffer = Buffer.allocUnsafeSlow(FIRST_BUFFER_BYTES);

  constructor(root: string, mostOpen: number) {
    this.#root = root;
    this.#mostOpen = mostOpen;
  }

  get openCount(): number {
    return this.#open.size;
  }

  read(path: string): string | undefined {
    const known = this.#open.get(path);
    if (known !== undefined) {
      const text = this.#readAll(known);
      if (text !== undefined) return text;
      this.#open.delete(path);
      closeSync(known);
    }
    return this.#openAndRead(path);
  }

  close(): void {
    for (const descriptor of this.#open.values()) closeSync(descriptor);
    this.#open.clear();
  }

  #openAndRead(path: string): string | undefined {
    const place = this.#root + path;
    let descriptor: number;
    try {
      // Asking first is far cheaper than the exception that opening an absent file would make.
      if (!existsSync(place)) return undefined;
      descriptor = openSync(place, 'r');
    } catch {
      return undefined;
    }
    const text = this.#readAll(descriptor);
    // Over the cap nothing is evicted: paths come round in a circle, so the victim would be next.
    const isKept = text !== undefined && this.#open.size < this.#mostOpen && !PASSING.test(path);
    if (isKept) this.#open.set(path, descriptor);
    else closeSync(descriptor);
    return text;
  }

  /** The kernel may answer in pieces: only a read of nothing is the end. */
  #readAll(descriptor: number): string | undefined {
    let length = 0;
    try {
      for (;;) {
        if (length === this.#buffer.length && !this.#grow()) return undefined;
        const count = readSync(
          descriptor,
          this.#buffer,
          length,
          this.#buffer.length - length,
          length,
        );
        if (count === 0) return this.#buffer.toString('utf8', 0, length);
        length += count;
      }
    } catch {
      return undefined;
    }
  }

  #grow(): boolean {
    if (this.#buffer.length >= LARGEST_BUFFER_BYTES) return false;
    const larger = Buffer.allocUnsafeSlow(this.#buffer.length * 2);
    this.#buffer.copy(larger);
    this.#buffer = larger;
    return true;
  }
}
