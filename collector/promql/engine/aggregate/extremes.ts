/** `min` and `max`: NaN only where there is nothing else. */
import { type Column, HISTOGRAM, NUMBER } from '../column.ts';
import { type Fold, type FoldContext, noteIgnored } from './fold.ts';

export class ExtremeFold implements Fold {
  private readonly context: FoldContext;
  private readonly best: Float64Array;
  private readonly seen: Uint8Array;
  /** 1 for max; -1 for min. */
  private readonly sign: number;

  constructor(context: FoldContext) {
    const { count } = context.steps;
    this.context = context;
    this.best = new Float64Array(count);
    this.seen = new Uint8Array(count);
    this.sign = context.node.op === 'max' ? 1 : -1;
  }

  add({ values, kinds }: Column): void {
    const { best, seen, sign } = this;
    for (let i = 0; i < kinds.length; i++) {
      const kind = kinds[i];
      if (kind === NUMBER) {
        const value = values[i] as number;
        const before = best[i] as number;
        // What is no number is beaten by any number.
        if (seen[i] === 0 || sign * before < sign * value || Number.isNaN(before)) best[i] = value;
        seen[i] = NUMBER;
      } else if (kind === HISTOGRAM) noteIgnored(this.context);
    }
  }

  finish({ values, kinds }: Column): void {
    values.set(this.best);
    kinds.set(this.seen);
  }
}
