/** The store as the engine sees it. A series' labels never change, so they are put together once. */
import { LabelSet } from '../../core/label-set.ts';
import type { Matcher, SeriesId } from '../../core/store/model.ts';
import type { SampleStore, SeriesData } from '../../ports.ts';
import type { SampleSource, SourceSeries, SourceSpan } from '../../promql/source.ts';

/** Label sets kept; beyond, all are forgotten and come anew as they are asked for. */
const MAX_KNOWN = 500_000;

export class StoreSource implements SampleSource {
  private readonly store: Pick<SampleStore, 'select' | 'portions'>;
  private readonly known = new Map<SeriesId, LabelSet>();

  constructor(store: Pick<SampleStore, 'select' | 'portions'>) {
    this.store = store;
  }

  async select(
    matchers: readonly Matcher[],
    { from, to }: SourceSpan,
    signal?: AbortSignal,
    take?: (samples: number) => void,
  ): Promise<readonly SourceSeries[]> {
    const found = await this.store.select(matchers, from, to, signal, take);
    return this.labelled(found);
  }

  async *portions(
    matchers: readonly Matcher[],
    { from, to }: SourceSpan,
    signal?: AbortSignal,
    take?: (samples: number) => void,
  ): AsyncGenerator<readonly SourceSeries[]> {
    for await (const found of this.store.portions(matchers, from, to, signal, take))
      yield this.labelled(found);
  }

  private labelled(found: readonly SeriesData[]): SourceSeries[] {
    return found.map((series) => ({
      labels: this.labelsOf(series),
      times: series.times,
      values: series.values,
    }));
  }

  private labelsOf(series: SeriesData): LabelSet {
    const known = this.known.get(series.id);
    if (known !== undefined) return known;
    const labels = LabelSet.of(series.labels);
    if (this.known.size >= MAX_KNOWN) this.known.clear();
    this.known.set(series.id, labels);
    return labels;
  }
}
