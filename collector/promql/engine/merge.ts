/** Brings series of equal labels together; two samples at one step are an error. */
import { QueryError } from '../../core/query/types.ts';
import { type Budget, SERIES_WORK } from './budget.ts';
import { ABSENT, type Column, copyStep, type Sink } from './column.ts';
import type { Steps } from './steps.ts';

const SAME_LABELSET = 'vector cannot contain metrics with the same labelset';

function mergeInto(target: Column, column: Column, message = SAME_LABELSET): void {
  const { kinds } = column;
  for (let i = 0; i < kinds.length; i++) {
    if (kinds[i] === ABSENT) continue;
    if (target.kinds[i] !== ABSENT) throw new QueryError('execution', message);
    copyStep(column, target, i);
  }
}

/** In order of their first appearance. */
export class MergingSink {
  private readonly steps: Steps;
  private readonly columns = new Map<string, Column>();

  constructor(steps: Steps) {
    this.steps = steps;
  }

  add(column: Column): void {
    // Same labels now, different ones when the name goes.
    const key = column.dropName ? `-${column.labels.key}` : column.labels.key;
    const target = this.columns.get(key);
    if (target === undefined) {
      this.columns.set(key, column);
      return;
    }
    mergeInto(target, column);
    this.steps.give(column);
  }

  async drain(sink: Sink, budget: Budget): Promise<void> {
    for (const column of this.columns.values()) {
      sink(column);
      if (budget.spend(SERIES_WORK)) await budget.pause();
    }
    this.columns.clear();
  }
}
