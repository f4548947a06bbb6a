/** A catalog that dies at a chosen write, before or after it: the writer never hears of it again. */
import type { Catalog } from '../../../collector/ports.ts';

export class GateCatalog implements Catalog {
  dead = false;
  pending = 0;
  writes = 0;
  /** The write at which it dies, from 1. */
  dieAt = Number.POSITIVE_INFINITY;
  /** Whether that write is still done. */
  dieAfter = false;
  readonly died: Promise<void>;
  private die: () => void = () => {};
  private readonly inner: Catalog;

  constructor(inner: Catalog) {
    this.inner = inner;
    this.died = new Promise((resolve) => {
      this.die = resolve;
    });
  }

  get(key: string): Promise<Uint8Array | undefined> {
    return this.track(this.inner.get(key));
  }

  async *list(prefix: string): AsyncGenerator<readonly [string, Uint8Array]> {
    this.pending += 1;
    try {
      yield* this.inner.list(prefix);
    } finally {
      this.pending -= 1;
    }
  }

  async write(changes: ReadonlyMap<string, Uint8Array | undefined>): Promise<void> {
    this.writes += 1;
    if (this.dead) return new Promise(() => {});
    if (this.writes < this.dieAt) return this.track(this.inner.write(changes));
    this.dead = true;
    if (this.dieAfter) await this.track(this.inner.write(changes));
    this.die();
    return new Promise(() => {});
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private async track<T>(work: Promise<T>): Promise<T> {
    this.pending += 1;
    try {
      return await work;
    } finally {
      this.pending -= 1;
    }
  }
}
