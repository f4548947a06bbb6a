/**
 * Short arrays of doubles cut from long ones: a query over thousands of series makes tens of
 * thousands of them, and each array with memory of its own is work for the garbage collector.
 */
const SLAB = 32_768;
/** Longer ones get memory of their own. */
const SHORT = 4096;
/** Slabs of closed arenas that are kept for the next ones: 4 MB. */
const MOST_SPARE = 16;

export interface Doubles {
  /** What is in it is whatever was there before. */
  take(count: number): Float64Array;
  /** Another object once the arrays taken so far may be overwritten: who remembers one asks. */
  readonly epoch: object;
}

let slab = new Float64Array(0);
let used = 0;

/** Zeros. */
export function takeDoubles(count: number): Float64Array {
  if (count > SHORT) return new Float64Array(count);
  if (used + count > slab.length) {
    slab = new Float64Array(SLAB);
    used = 0;
  }
  used += count;
  return slab.subarray(used - count, used);
}

/** Arrays that are their takers' for good. */
export const LASTING: Doubles = { take: takeDoubles, epoch: {} };

const spare: Float64Array[] = [];

/**
 * Arrays that are all given up at once, for those that come next. V8 lets garbage of this kind
 * gather to tens of megabytes before it collects any, however little of it is in use at a time.
 */
export class Arena implements Doubles {
  epoch: object = {};
  private readonly slabs: Float64Array[] = [];
  /** Which slab is cut from, and how much of it is. */
  private at = 0;
  private used = 0;

  take(count: number): Float64Array {
    if (count > SLAB) return new Float64Array(count);
    if (this.used + count > SLAB) {
      this.at++;
      this.used = 0;
    }
    let slab = this.slabs[this.at];
    if (slab === undefined) {
      slab = spare.pop() ?? new Float64Array(SLAB);
      this.slabs.push(slab);
    }
    this.used += count;
    return slab.subarray(this.used - count, this.used);
  }

  /** Nobody may use what was taken from now on. */
  reset(): void {
    this.epoch = {};
    this.at = 0;
    this.used = 0;
  }

  /** The same, and nothing more will be taken. */
  close(): void {
    this.reset();
    for (const slab of this.slabs.splice(0)) if (spare.length < MOST_SPARE) spare.push(slab);
  }
}
