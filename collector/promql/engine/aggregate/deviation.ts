/** `stddev` and `stdvar`, after Welford. */
import { type Column, HISTOGRAM, NUMBER } from '../column.ts';
import { type Fold, type FoldContext, noteIgnored } from './fold.ts';

export class DeviationFold implements Fold {
  private readonly context: FoldContext;
  private readonly counts: Float64Array;
  private readonly means: Float64Array;
  private readonly squares: Float64Array;

  constructor(context: FoldContext) {
    const { count } = context.steps;
    this.context = context;
    this.counts = new Float64Array(count);
    this.means = new Float64Array(count);
    this.squares = new Float64Array(count);
  }

  add({ values, kinds }: Column): void {
    for (let i = 0; i < kinds.length; i++) {
      const kind = kinds[i];
      if (kind === NUMBER) this.number(i, values[i] as number);
      else if (kind === HISTOGRAM) noteIgnored(this.context);
    }
  }

  private number(i: number, value: number): void {
    const { counts, means, squares } = this;
    const count = (counts[i] as number) + 1;
    const before = means[i] as number;
    const mean = before + (value - before) / count;
    counts[i] = count;
    if (count === 1) {
      means[i] = value;
      squares[i] = Number.isFinite(value) ? 0 : Number.NaN;
      return;
    }
    means[i] = mean;
    squares[i] = (squares[i] as number) + (value - before) * (value - mean);
  }

  finish({ values, kinds }: Column): void {
    const root = this.context.node.op === 'stddev';
    for (let i = 0; i < kinds.length; i++) {
      const count = this.counts[i] as number;
      if (count === 0) continue;
      const variance = (this.squares[i] as number) / count;
      values[i] = root ? Math.sqrt(variance) : variance;
      kinds[i] = NUMBER;
    }
  }
}
