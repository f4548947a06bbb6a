/**
 * Keeps the folder small: LevelDB gives space back only when it happens to merge the tables that
 * lie over it, so freed ranges are merged on purpose, a few megabytes at a time.
 */
import type { Level } from './level.ts';

const EVERY_BYTES = 5_000_000;

/** So much freed or rewritten at once gets a table of its own, merged with its range alone. */
export const ALONE_BYTES = 1_048_576;

export class Vacuum {
  private bytes = 0;
  private from: Buffer | undefined;
  private to: Buffer | undefined;

  /** Notes that so many bytes between two keys are of no use any more. */
  note(from: Buffer, to: Buffer, bytes: number): void {
    this.bytes += bytes;
    if (this.from === undefined || from.compare(this.from) < 0) this.from = from;
    if (this.to === undefined || to.compare(this.to) > 0) this.to = to;
  }

  async run(level: Level, every: number = EVERY_BYTES): Promise<void> {
    if (this.bytes < every || this.from === undefined || this.to === undefined) return;
    const { from, to } = this;
    this.reset();
    await level.compactRange(from, to);
  }

  reset(): void {
    this.bytes = 0;
    this.from = undefined;
    this.to = undefined;
  }
}

/** Writes the memtable out by itself: what follows is then not mixed with what came before. */
export async function flush(level: Level): Promise<void> {
  const nowhere = Buffer.from([0xff]);
  await level.compactRange(nowhere, nowhere);
}
