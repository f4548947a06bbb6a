/** Sums or means of native histograms at each step, and the notes that mixtures leave. */
import { type LabelSet, METRIC_NAME } from '../../../core/label-set.ts';
import type { FloatHistogram } from '../../histogram/float-histogram.ts';
import { HistogramMean, HistogramSum } from '../../histogram/histogram-sum.ts';
import { ABSENT, type Column, NUMBER, putHistogram } from '../column.ts';
import type { FoldContext } from './fold.ts';

interface Total {
  readonly total: HistogramSum | HistogramMean;
  /** Exponential and custom buckets met: there is no result. */
  broken: boolean;
}

export class HistogramColumn {
  private readonly context: FoldContext;
  private readonly totals: (Total | undefined)[] = [];

  constructor(context: FoldContext) {
    this.context = context;
  }

  add(step: number, histogram: FloatHistogram, labels: LabelSet): void {
    const total = this.totals[step];
    if (total === undefined) {
      this.totals[step] = { total: this.begin(histogram), broken: false };
    } else if (!total.broken && !total.total.add(histogram)) {
      total.broken = true;
      this.warnBuckets(labels.get(METRIC_NAME));
    }
  }

  private begin(histogram: FloatHistogram): HistogramSum | HistogramMean {
    const mean = this.context.node.op === 'avg';
    return mean ? new HistogramMean(histogram) : new HistogramSum(histogram);
  }

  private warnBuckets(metricName: string): void {
    const { notes, node } = this.context;
    notes.warn(
      'vector contains a mix of histograms with exponential and custom buckets schemas ' +
        `for metric name ${JSON.stringify(metricName)}`,
      node.expr.span,
    );
  }

  /** `out` holds the numbers already: where both are, neither stays. */
  finish(out: Column): void {
    const { notes, node } = this.context;
    this.totals.forEach((entry, step) => {
      if (entry === undefined) return;
      const { total, broken } = entry;
      if (total.reconciled) {
        notes.info('mismatched custom buckets were reconciled during aggregation', node.expr.span);
      }
      if (out.kinds[step] === NUMBER) {
        out.kinds[step] = ABSENT;
        notes.warn('encountered a mix of histograms and floats for aggregation', node.expr.span);
        return;
      }
      if (broken) return;
      if (total.collided) {
        notes.warn('conflicting counter resets during histogram aggregation', node.expr.span);
      }
      putHistogram(out, step, total.value.compact());
    });
  }
}
