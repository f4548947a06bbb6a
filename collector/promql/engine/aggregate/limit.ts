/** `limitk` and `limit_ratio`: some of the series as they are, histograms too. */
import { ABSENT, type Column, isEmpty, type Sink } from '../column.ts';
import type { FoldContext } from './fold.ts';
import type { Group } from './grouping.ts';
import { hashShare } from './hash-share.ts';
import type { Spread } from './spread.ts';

/** The first k of each group, at each step. */
export class LimitK implements Spread {
  private readonly context: FoldContext;
  private readonly limits: Float64Array;
  private readonly counts: Float64Array[] = [];

  constructor(context: FoldContext) {
    this.context = context;
    this.limits = context.param.map(Math.trunc);
  }

  add(group: Group, column: Column, sink: Sink): void {
    const { steps } = this.context;
    this.counts[group.index] ??= new Float64Array(steps.count);
    const counts = this.counts[group.index] as Float64Array;
    const { kinds } = column;
    for (let i = 0; i < kinds.length; i++) {
      if (kinds[i] === ABSENT) continue;
      const count = counts[i] as number;
      if (count < (this.limits[i] as number)) counts[i] = count + 1;
      else kinds[i] = ABSENT;
    }
    if (isEmpty(column)) steps.give(column);
    else sink(column);
  }

  finish(): void {
    // Nothing is held back.
  }
}

/** A share that depends on the labels alone; r and r - 1 are each other's complement. */
export class LimitRatio implements Spread {
  private readonly context: FoldContext;

  constructor(context: FoldContext) {
    this.context = context;
  }

  add(_group: Group, column: Column, sink: Sink): void {
    const { steps, param } = this.context;
    const share = hashShare(column.labels);
    const { kinds } = column;
    for (let i = 0; i < kinds.length; i++) {
      if (!chosen(param[i] as number, share)) kinds[i] = ABSENT;
    }
    if (isEmpty(column)) steps.give(column);
    else sink(column);
  }

  finish(): void {
    // Nothing is held back.
  }
}

function chosen(param: number, share: number): boolean {
  if (param === 0) return false;
  const ratio = Math.max(-1, Math.min(1, param));
  return ratio > 0 ? share < ratio : share >= 1 + ratio;
}
