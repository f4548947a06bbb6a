/** What senders and the collector itself say of metrics: type, help, unit. Bounded, in memory. */
import type { SeriesMeta } from '../../core/store/model.ts';
import type { MetadataSink, MetadataSource, MetricDescription } from '../../ports/samples.ts';

const MAX_METRICS = 20_000;
const MAX_TEXT = 1_024;

export class MetricDescriptions implements MetadataSink, MetadataSource {
  private readonly known = new Map<string, MetricDescription>();

  describe(description: MetricDescription): void {
    const { metric, help, unit } = description;
    const fits = metric.length <= MAX_TEXT && unit.length <= MAX_TEXT;
    if (metric === '' || !fits) return;
    if (this.known.size >= MAX_METRICS && !this.known.has(metric)) return;
    this.known.set(metric, { ...description, help: help.slice(0, MAX_TEXT) });
  }

  descriptions(): Iterable<MetricDescription> {
    return this.known.values();
  }

  /** For a series: that of its own name, or of the histogram or summary that it is a part of. */
  metaOf(metric: string): SeriesMeta | undefined {
    const own = this.known.get(metric);
    if (own !== undefined) return { type: seriesType(own.type), unit: own.unit };
    const part = /^(.+)_(bucket|count|sum)$/.exec(metric);
    const family = part === null ? undefined : this.known.get(part[1] as string);
    if (family === undefined) return undefined;
    const { histogram, summary } = METRIC_TYPES;
    return family.type === histogram || family.type === summary
      ? { type: 'counter', unit: family.unit }
      : undefined;
  }
}

const METRIC_TYPES = { counter: 1, gauge: 2, histogram: 3, summary: 5 } as const;

function seriesType(type: number): SeriesMeta['type'] {
  if (type === METRIC_TYPES.counter) return 'counter';
  return type === METRIC_TYPES.gauge ? 'gauge' : 'untyped';
}
