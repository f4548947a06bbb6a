/** Where an engine takes its samples from: the store through an adapter, or memory in tests. */
import type { LabelSet } from '../core/label-set.ts';
import type { Matcher } from '../core/store/model.ts';
import type { FloatHistogram } from './histogram/float-histogram.ts';

/** Times ascending, UTC milliseconds, each once; staleness markers by their bits (core/stale.ts). */
export interface SourceSeries {
  readonly labels: LabelSet;
  readonly times: Float64Array;
  readonly values: Float64Array;
  /** Where it has an entry, the sample is that histogram; sparse, as long as `times`. */
  readonly histograms?: readonly (FloatHistogram | undefined)[];
  /** When the counter of each sample began, UTC milliseconds; 0 where the source does not know. */
  readonly starts?: Float64Array;
}

/** Both ends included. */
export interface SourceSpan {
  readonly from: number;
  readonly to: number;
}

export interface SampleSource {
  /**
   * All series that match every matcher (anchored, absent means empty) and have samples in the span.
   * A source that reads bit by bit tells `take` how much it has; that throws when it is too much.
   */
  select(
    matchers: readonly Matcher[],
    span: SourceSpan,
    signal?: AbortSignal,
    take?: (samples: number) => void,
  ): Promise<readonly SourceSeries[]>;
  /**
   * The same series in the same order, some at a time: a portion's arrays are gone when the next is
   * asked for. A source that holds all of its samples anyway need not have it.
   */
  portions?(
    matchers: readonly Matcher[],
    span: SourceSpan,
    signal?: AbortSignal,
    take?: (samples: number) => void,
  ): AsyncIterable<readonly SourceSeries[]>;
}
