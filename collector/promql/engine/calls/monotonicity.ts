/** Classic buckets whose counts had to be raised: one info for each metric, with how far it went. */
import type { Annotations } from '../../annotations.ts';
import type { Span } from '../../ast.ts';
import type { Forced } from '../../histogram/classic.ts';
import { numberText } from '../../histogram/number-text.ts';
import { named } from './bucket-groups.ts';

const TEXT =
  'input to histogram_quantile needed to be fixed for monotonicity ' +
  '(see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)';

interface Extent extends Forced {
  readonly samples: number;
  readonly first: number;
  readonly last: number;
}

export class Monotonicity {
  private readonly extents = new Map<string, Extent>();

  note(metricName: string, forced: Forced, time: number): void {
    const before = this.extents.get(metricName);
    this.extents.set(metricName, {
      from: Math.min(before?.from ?? forced.from, forced.from),
      to: Math.max(before?.to ?? forced.to, forced.to),
      maxDifference: Math.max(before?.maxDifference ?? 0, forced.maxDifference),
      samples: (before?.samples ?? 0) + 1,
      first: Math.min(before?.first ?? time, time),
      last: Math.max(before?.last ?? time, time),
    });
  }

  report(notes: Annotations, span: Span): void {
    for (const [metricName, extent] of this.extents) {
      const { from, to, maxDifference, samples, first, last } = extent;
      notes.info(
        `${TEXT}${named(metricName)}, from buckets ${numberText(from)} to ${numberText(to)}, ` +
          `with a max diff of ${numberText(Number(maxDifference.toPrecision(2)))}, ` +
          `over ${samples} samples from ${seconds(first)} to ${seconds(last)}`,
        span,
      );
    }
  }
}

function seconds(ms: number): string {
  return new Date(Math.trunc(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}
