/** `quantile`: needs all values of a group at once. */
import { type Column, HISTOGRAM, NUMBER } from '../column.ts';
import { type Fold, type FoldContext, noteIgnored } from './fold.ts';

/** What a value costs to gather and sort, in points. */
const SORTING = 8;

export class QuantileFold implements Fold {
  readonly keeps = true;
  private readonly context: FoldContext;
  private readonly columns: Column[] = [];

  constructor(context: FoldContext) {
    this.context = context;
  }

  add(column: Column): void {
    this.columns.push(column);
    if (column.kinds.includes(HISTOGRAM)) noteIgnored(this.context);
  }

  async finish({ values, kinds }: Column): Promise<void> {
    const { steps, param, budget } = this.context;
    const buffer = new Float64Array(this.columns.length);
    for (let i = 0; i < kinds.length; i++) {
      let count = 0;
      for (const column of this.columns) {
        if (column.kinds[i] === NUMBER) buffer[count++] = column.values[i] as number;
      }
      if (count === 0) continue;
      values[i] = quantile(param[i] as number, buffer.subarray(0, count));
      kinds[i] = NUMBER;
      if (budget.spend(count * SORTING)) await budget.pause();
    }
    for (const column of this.columns) steps.give(column);
  }
}

/** Of values in any order, which are sorted in place; NaN counts as the smallest. */
export function quantile(q: number, values: Float64Array): number {
  if (values.length === 0 || Number.isNaN(q)) return Number.NaN;
  if (q < 0) return Number.NEGATIVE_INFINITY;
  if (q > 1) return Number.POSITIVE_INFINITY;
  // A typed array sorts NaN to its end.
  values.sort();
  const nans = values.length - firstNaN(values);
  const at = (rank: number): number => (rank < nans ? Number.NaN : (values[rank - nans] as number));
  const rank = q * (values.length - 1);
  const lower = Math.floor(rank);
  const upper = Math.min(values.length - 1, lower + 1);
  const weight = rank - lower;
  return at(lower) * (1 - weight) + at(upper) * weight;
}

function firstNaN(sorted: Float64Array): number {
  let end = sorted.length;
  while (end > 0 && Number.isNaN(sorted[end - 1])) end--;
  return end;
}
