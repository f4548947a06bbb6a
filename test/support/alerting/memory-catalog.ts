/** A `Catalog` in memory that can be told to fail, and that counts its writes. */
import type { Catalog } from '../../../collector/ports.ts';

export class MemoryCatalog implements Catalog {
  readonly entries = new Map<string, Uint8Array>();
  writes = 0;
  written = 0;
  broken = false;

  get(key: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.entries.get(key));
  }

  async *list(prefix: string): AsyncGenerator<readonly [string, Uint8Array]> {
    await Promise.resolve();
    const keys = [...this.entries.keys()].filter((key) => key.startsWith(prefix)).sort();
    for (const key of keys) yield [key, this.entries.get(key) as Uint8Array];
  }

  write(changes: ReadonlyMap<string, Uint8Array | undefined>): Promise<void> {
    if (this.broken) return Promise.reject(new Error('disk full'));
    this.writes += 1;
    this.written += changes.size;
    for (const [key, value] of changes) {
      if (value === undefined) this.entries.delete(key);
      else this.entries.set(key, value);
    }
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
