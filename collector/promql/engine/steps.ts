/** The instants of an evaluation, and the store of columns as long as they are many. */
import type { LabelSet } from '../../core/label-set.ts';
import type { Budget } from './budget.ts';
import type { Column } from './column.ts';

export class Steps {
  /** UTC milliseconds. */
  readonly start: number;
  readonly step: number;
  readonly count: number;
  private readonly budget: Budget;
  private readonly free: Column[] = [];

  constructor(budget: Budget, start: number, step: number, count: number) {
    this.budget = budget;
    this.start = start;
    this.step = step;
    this.count = count;
  }

  time(index: number): number {
    return this.start + index * this.step;
  }

  get end(): number {
    return this.time(this.count - 1);
  }

  /** The first of them alone. */
  first(): Steps {
    return new Steps(this.budget, this.start, this.step, 1);
  }

  /** With nothing present. */
  take(labels: LabelSet, dropName: boolean): Column {
    this.budget.hold(this.count);
    const used = this.free.pop();
    if (used === undefined) {
      return {
        labels,
        dropName,
        values: new Float64Array(this.count),
        kinds: new Uint8Array(this.count),
        histograms: undefined,
      };
    }
    used.labels = labels;
    used.dropName = dropName;
    used.kinds.fill(0);
    used.histograms = undefined;
    return used;
  }

  give(column: Column): void {
    this.budget.release(this.count);
    this.free.push(column);
  }
}
