/**
 * A set of whole numbers as sorted, disjoint, non-adjacent intervals.
 *
 * Deliveries are almost always in order, so the set is nearly always one interval; all operations
 * find their place by bisection.
 */
export interface Interval {
  first: number;
  last: number;
}

export class Intervals {
  private readonly list: Interval[] = [];

  static from(intervals: Iterable<Readonly<Interval>>): Intervals {
    const set = new Intervals();
    for (const { first, last } of intervals) set.add(first, last);
    return set;
  }

  get size(): number {
    return this.list.length;
  }

  has(number: number): boolean {
    return this.around(number) !== undefined;
  }

  /** The interval that holds `number`, if any. */
  around(number: number): Readonly<Interval> | undefined {
    const found = this.list[this.firstEndingAtOrAfter(number)];
    return found !== undefined && found.first <= number ? found : undefined;
  }

  /** Whether adding `number` would need an interval of its own. */
  isolated(number: number): boolean {
    const near = this.list[this.firstEndingAtOrAfter(number - 1)];
    return near === undefined || near.first > number + 1;
  }

  add(first: number, last: number): void {
    const newest = this.list.at(-1);
    // In order, as nearly always: the last interval grows.
    if (newest !== undefined && first >= newest.first && first <= newest.last + 1) {
      if (last > newest.last) newest.last = last;
      return;
    }
    const from = this.firstEndingAtOrAfter(first - 1);
    let to = from;
    const merged = { first, last };
    for (
      let next = this.list[to];
      next !== undefined && next.first <= last + 1;
      next = this.list[to]
    ) {
      merged.first = Math.min(merged.first, next.first);
      merged.last = Math.max(merged.last, next.last);
      to++;
    }
    this.list.splice(from, to - from, merged);
  }

  /** Forgets all numbers below `floor`. */
  dropBelow(floor: number): void {
    const keep = this.firstEndingAtOrAfter(floor);
    this.list.splice(0, keep);
    const head = this.list[0];
    if (head !== undefined && head.first < floor) head.first = floor;
  }

  /** The parts of [first, last] that are not in the set. */
  holes(first: number, last: number): Interval[] {
    const holes: Interval[] = [];
    let at = first;
    for (let i = this.firstEndingAtOrAfter(first); i < this.list.length && at <= last; i++) {
      const next = this.list[i] as Interval;
      if (next.first > at) holes.push({ first: at, last: Math.min(next.first - 1, last) });
      at = Math.max(at, next.last + 1);
    }
    if (at <= last) holes.push({ first: at, last });
    return holes;
  }

  values(): readonly Readonly<Interval>[] {
    return this.list;
  }

  private firstEndingAtOrAfter(number: number): number {
    let low = 0;
    let high = this.list.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.list[middle] as Interval).last < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
