/** `sum`. */
import { ABSENT, type Column, HISTOGRAM, NUMBER } from '../column.ts';
import type { Fold, FoldContext } from './fold.ts';
import { HistogramColumn } from './histogram-column.ts';
import { KahanColumn } from './kahan.ts';

export class SumFold implements Fold {
  private readonly context: FoldContext;
  private readonly total: KahanColumn;
  private readonly seen: Uint8Array;
  private histograms: HistogramColumn | undefined;

  constructor(context: FoldContext) {
    this.context = context;
    this.total = new KahanColumn(context.steps.count);
    this.seen = new Uint8Array(context.steps.count);
  }

  add({ values, kinds, histograms, labels }: Column): void {
    const { total, seen } = this;
    for (let i = 0; i < kinds.length; i++) {
      const kind = kinds[i] as number;
      if (kind === ABSENT) continue;
      if (kind === HISTOGRAM) {
        const histogram = histograms?.[i];
        this.histograms ??= new HistogramColumn(this.context);
        if (histogram !== undefined) this.histograms.add(i, histogram, labels);
      } else if (seen[i] === NUMBER) total.add(i, values[i] as number);
      else {
        total.sum[i] = values[i] as number;
        seen[i] = NUMBER;
      }
    }
  }

  finish(out: Column): void {
    const { sum, lost } = this.total;
    out.kinds.set(this.seen);
    for (let i = 0; i < sum.length; i++) out.values[i] = (sum[i] as number) + (lost[i] as number);
    this.histograms?.finish(out);
  }
}
