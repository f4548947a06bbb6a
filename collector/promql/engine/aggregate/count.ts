/** `count` and `group`: how many, or that there are any; histograms count like numbers. */
import { ABSENT, type Column, NUMBER } from '../column.ts';
import type { Fold, FoldContext } from './fold.ts';

export class CountFold implements Fold {
  private readonly counts: Float64Array;
  private readonly group: boolean;

  constructor({ node, steps }: FoldContext) {
    this.counts = new Float64Array(steps.count);
    this.group = node.op === 'group';
  }

  add({ kinds }: Column): void {
    const { counts } = this;
    for (let i = 0; i < kinds.length; i++) {
      if (kinds[i] !== ABSENT) counts[i] = (counts[i] as number) + 1;
    }
  }

  finish({ values, kinds }: Column): void {
    for (let i = 0; i < kinds.length; i++) {
      const count = this.counts[i] as number;
      if (count === 0) continue;
      values[i] = this.group ? 1 : count;
      kinds[i] = NUMBER;
    }
  }
}
