/** `avg`: the sum divided, or, where that would overflow, the mean moved along sample by sample. */
import { ABSENT, type Column, HISTOGRAM, NUMBER } from '../column.ts';
import type { Fold, FoldContext } from './fold.ts';
import { HistogramColumn } from './histogram-column.ts';
import { KahanColumn } from './kahan.ts';

export class AvgFold implements Fold {
  private readonly context: FoldContext;
  /** The sum, or the mean where `incremental` says so. */
  private readonly total: KahanColumn;
  private readonly counts: Float64Array;
  private readonly incremental: Uint8Array;
  private histograms: HistogramColumn | undefined;

  constructor(context: FoldContext) {
    const { count } = context.steps;
    this.context = context;
    this.total = new KahanColumn(count);
    this.counts = new Float64Array(count);
    this.incremental = new Uint8Array(count);
  }

  add({ values, kinds, histograms, labels }: Column): void {
    for (let i = 0; i < kinds.length; i++) {
      const kind = kinds[i];
      if (kind === NUMBER) this.number(i, values[i] as number);
      else if (kind === HISTOGRAM) {
        const histogram = histograms?.[i];
        this.histograms ??= new HistogramColumn(this.context);
        if (histogram !== undefined) this.histograms.add(i, histogram, labels);
      }
    }
  }

  private number(i: number, value: number): void {
    const { total, counts } = this;
    const count = (counts[i] as number) + 1;
    counts[i] = count;
    if (count === 1) {
      total.sum[i] = value;
      return;
    }
    if (this.incremental[i] === 0) {
      if (Math.abs((total.sum[i] as number) + value) !== Number.POSITIVE_INFINITY) {
        total.add(i, value);
        return;
      }
      this.incremental[i] = 1;
      total.sum[i] = (total.sum[i] as number) / (count - 1);
      total.lost[i] = (total.lost[i] as number) / (count - 1);
    }
    const share = (count - 1) / count;
    total.sum[i] = (total.sum[i] as number) * share;
    total.lost[i] = (total.lost[i] as number) * share;
    total.add(i, value / count);
  }

  finish(out: Column): void {
    const { sum, lost } = this.total;
    for (let i = 0; i < sum.length; i++) {
      const count = this.counts[i] as number;
      if (count === ABSENT) continue;
      const divisor = this.incremental[i] === 1 ? 1 : count;
      out.values[i] = (sum[i] as number) / divisor + (lost[i] as number) / divisor;
      out.kinds[i] = NUMBER;
    }
    this.histograms?.finish(out);
  }
}
