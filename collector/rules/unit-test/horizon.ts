/** A source that knows nothing after a moment: a test's samples come in as its time goes on. */
import type { Matcher } from '../../core/store/model.ts';
import type { SampleSource, SourceSeries, SourceSpan } from '../../promql/source.ts';

export class HorizonSource implements SampleSource {
  private readonly source: SampleSource;
  /** UTC milliseconds, included. */
  horizon: number;

  constructor(source: SampleSource, horizon: number) {
    this.source = source;
    this.horizon = horizon;
  }

  select(
    matchers: readonly Matcher[],
    { from, to }: SourceSpan,
    signal?: AbortSignal,
  ): Promise<readonly SourceSeries[]> {
    if (from > this.horizon) return Promise.resolve([]);
    return this.source.select(matchers, { from, to: Math.min(to, this.horizon) }, signal);
  }
}
