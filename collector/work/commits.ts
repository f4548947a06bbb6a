/** Joins what many want written at the same time into few synced writes; each change stays whole. */
import type { Catalog } from '../ports.ts';

export type Change = readonly [key: string, value: Uint8Array | undefined];

interface Batch {
  readonly changes: Map<string, Uint8Array | undefined>;
  readonly done: Promise<void>;
  readonly settle: (error?: Error) => void;
}

export class Commits {
  private readonly catalog: Catalog;
  private waiting: Batch | undefined;
  private writing: Promise<void> | undefined;
  /** Synced writes so far. */
  writes = 0;

  constructor(catalog: Catalog) {
    this.catalog = catalog;
  }

  /** Resolves when all of them are durable; rejects when none is. */
  write(changes: Iterable<Change>): Promise<void> {
    this.waiting ??= newBatch();
    const { waiting } = this;
    for (const [key, value] of changes) waiting.changes.set(key, value);
    this.writing ??= this.drain();
    return waiting.done;
  }

  /** Resolves when nothing is being written. */
  async settled(): Promise<void> {
    await this.writing;
  }

  private async drain(): Promise<void> {
    // Whoever else writes in this turn joins the first batch.
    await Promise.resolve();
    for (let batch = this.waiting; batch !== undefined; batch = this.waiting) {
      this.waiting = undefined;
      this.writes += 1;
      try {
        await this.catalog.write(batch.changes);
        batch.settle();
      } catch (error) {
        batch.settle(error instanceof Error ? error : new Error(String(error)));
      }
    }
    this.writing = undefined;
  }
}

function newBatch(): Batch {
  let settle: Batch['settle'] = () => {};
  const done = new Promise<void>((resolve, reject) => {
    settle = (error) => (error === undefined ? resolve() : reject(error));
  });
  // A writer that does not wait must not end the process; one that waits hears of it.
  done.catch(() => undefined);
  return { changes: new Map(), done, settle };
}
