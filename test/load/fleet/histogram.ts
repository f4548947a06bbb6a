/** Durations in buckets that grow by 2 %: as exact as anybody needs, and easily added up. */

const GROWTH = Math.log(1.02);
const BUCKETS = 1_000;
/** Milliseconds below which everything is one bucket. */
const FLOOR = 0.01;

export class Histogram {
  readonly buckets = new Array<number>(BUCKETS).fill(0);

  add(ms: number): void {
    const at = ms <= FLOOR ? 0 : Math.min(BUCKETS - 1, Math.ceil(Math.log(ms / FLOOR) / GROWTH));
    this.buckets[at] = (this.buckets[at] as number) + 1;
  }

  merge(other: readonly number[]): void {
    for (const [at, count] of other.entries())
      this.buckets[at] = (this.buckets[at] as number) + count;
  }

  reset(): void {
    this.buckets.fill(0);
  }

  get count(): number {
    return this.buckets.reduce((sum, n) => sum + n, 0);
  }

  /** The upper end of the bucket in which the share lies. */
  quantile(share: number): number {
    let left = this.count * share;
    if (left === 0) return Number.NaN;
    for (const [at, count] of this.buckets.entries()) {
      left -= count;
      if (left <= 0) return FLOOR * Math.exp(at * GROWTH);
    }
    return Number.POSITIVE_INFINITY;
  }
}
