/** `quantile`: needs all values of a group at once. */
import { quantileOf } from '../../functions/quantile.ts';
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
      values[i] = quantileOf(param[i] as number, buffer, count);
      kinds[i] = NUMBER;
      if (budget.spend(count * SORTING)) await budget.pause();
    }
    for (const column of this.columns) steps.give(column);
  }
}
