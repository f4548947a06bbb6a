/** Compensated summation after Kahan and Neumaier, over columns: sums and what they lost. */

import { isInfinite, lostBy } from '../../histogram/kahan.ts';

export class KahanColumn {
  readonly sum: Float64Array;
  readonly lost: Float64Array;

  constructor(count: number) {
    this.sum = new Float64Array(count);
    this.lost = new Float64Array(count);
  }

  add(index: number, value: number): void {
    const { sum, lost } = this;
    const before = sum[index] as number;
    const after = before + value;
    lost[index] = isInfinite(after) ? 0 : (lost[index] as number) + lostBy(before, value, after);
    sum[index] = after;
  }
}
