/** The instants of an evaluation, and the store of columns as long as they are many. */
import type { LabelSet } from '../../core/label-set.ts';
import type { Budget } from './budget.ts';
import type { Column } from './column.ts';

const SHARED_COLUMNS = 256;
const SHARED_POINTS = 16_384;

export class Steps {
  /** UTC milliseconds. */
  readonly start: number;
  readonly step: number;
  readonly count: number;
  private readonly budget: Budget;
  private readonly free: Column[] = [];
  /** Columns of the shared buffers that are not in use yet. */
  private left = 0;
  private values = new ArrayBuffer(0);
  private kinds = new ArrayBuffer(0);

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
    if (used === undefined) return this.fresh(labels, dropName);
    used.labels = labels;
    used.dropName = dropName;
    used.kinds.fill(0);
    used.histograms = undefined;
    return used;
  }

  /** Many columns share a buffer: each buffer costs the garbage collector, however small it is. */
  private fresh(labels: LabelSet, dropName: boolean): Column {
    const { count } = this;
    if (this.left === 0) {
      this.left = Math.max(1, Math.min(SHARED_COLUMNS, Math.floor(SHARED_POINTS / count)));
      this.values = new ArrayBuffer(this.left * count * 8);
      this.kinds = new ArrayBuffer(this.left * count);
    }
    const at = --this.left * count;
    return {
      labels,
      dropName,
      values: new Float64Array(this.values, at * 8, count),
      kinds: new Uint8Array(this.kinds, at, count),
      histograms: undefined,
    };
  }

  give(column: Column): void {
    this.budget.release(this.count);
    this.free.push(column);
  }
}
