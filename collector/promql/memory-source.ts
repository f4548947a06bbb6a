/**
 * Samples in memory, for tests of queries and rules. Counter reset hints of histograms are kept as
 * Prometheus' storage would give them back, since functions and warnings depend on them.
 */
import { type LabelSet, METRIC_NAME } from '../core/label-set.ts';
import { compileMatcher } from '../core/store/matcher.ts';
import type { Matcher } from '../core/store/model.ts';
import type { FloatHistogram } from './histogram/float-histogram.ts';
import { MemorySeries } from './memory-series.ts';
import type { SampleSource, SourceSeries, SourceSpan } from './source.ts';

export class MemorySource implements SampleSource {
  private readonly byKey = new Map<string, MemorySeries>();
  private readonly byName = new Map<string, MemorySeries[]>();

  /** Any order; of two samples at one time the later given counts. `start`: the counter's start, if known. */
  append(
    labels: LabelSet,
    time: number,
    sample: number | FloatHistogram | 'stale',
    start?: number,
  ): void {
    this.seriesOf(labels).append(time, sample, start);
  }

  clear(): void {
    this.byKey.clear();
    this.byName.clear();
  }

  get size(): number {
    return this.byKey.size;
  }

  select(matchers: readonly Matcher[], span: SourceSpan): Promise<readonly SourceSeries[]> {
    const found = this.matching(matchers).map((series) => series.slice(span));
    return Promise.resolve(found.filter((slice) => slice.times.length > 0));
  }

  private matching(matchers: readonly Matcher[]): readonly MemorySeries[] {
    const compiled = matchers.map(compileMatcher);
    return this.candidates(matchers).filter(({ labels }) =>
      compiled.every(({ name, test }) => test(labels.get(name))),
    );
  }

  private candidates(matchers: readonly Matcher[]): readonly MemorySeries[] {
    const named = matchers.find(({ name, op }) => name === METRIC_NAME && op === '=');
    if (named === undefined || named.value === '') return [...this.byKey.values()];
    return this.byName.get(named.value) ?? [];
  }

  private seriesOf(labels: LabelSet): MemorySeries {
    const known = this.byKey.get(labels.key);
    if (known !== undefined) return known;
    const series = new MemorySeries(labels);
    this.byKey.set(labels.key, series);
    const name = labels.get(METRIC_NAME);
    const sameName = this.byName.get(name);
    if (sameName === undefined) this.byName.set(name, [series]);
    else sameName.push(series);
    return series;
  }
}
