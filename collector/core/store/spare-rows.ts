/**
 * Arrays of heads that are on disk, for the heads that come next: a fleet's have few sizes. V8 counts
 * their memory as old and lets several times of what is in use gather before it collects it.
 */

/** Kept at most, 16 MB: what is written in a round. */
const MOST_DOUBLES = 2 * 1024 * 1024;
/** What an array takes beside its numbers. */
const ITSELF = 40;

export class SpareRows {
  private readonly byLength = new Map<number, Float64Array[]>();
  private readonly most: number;
  private doubles = 0;

  constructor(most = MOST_DOUBLES) {
    this.most = most;
  }

  /** What is in it is whatever was there before. */
  take(length: number): Float64Array {
    const found = this.byLength.get(length);
    const array = found?.pop();
    if (found === undefined || array === undefined) return new Float64Array(length);
    if (found.length === 0) this.byLength.delete(length);
    this.doubles -= length + ITSELF;
    return array;
  }

  /** Nobody may use it from now on. */
  give(array: Float64Array): void {
    // Of sizes that nobody asks for any more, perhaps.
    if (this.doubles + array.length + ITSELF > this.most) this.drop();
    if (array.length + ITSELF > this.most) return;
    this.doubles += array.length + ITSELF;
    const others = this.byLength.get(array.length);
    if (others === undefined) this.byLength.set(array.length, [array]);
    else others.push(array);
  }

  private drop(): void {
    this.byLength.clear();
    this.doubles = 0;
  }
}

export const spareRows = new SpareRows();
