/** Compensated summation after Kahan and Neumaier, over columns: sums and what they lost. */

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
    if (after === Number.POSITIVE_INFINITY || after === Number.NEGATIVE_INFINITY) lost[index] = 0;
    else if (Math.abs(before) >= Math.abs(value)) {
      lost[index] = (lost[index] as number) + (before - after + value);
    } else lost[index] = (lost[index] as number) + (value - after + before);
    sum[index] = after;
  }
}
