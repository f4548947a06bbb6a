/** Samples that come from elsewhere than devices: remote write, rules, the collector itself. */
import type { LabelSet } from '../core/label-set.ts';

/** Ascending times, UTC milliseconds; staleness markers by their bits. */
export interface WrittenSeries {
  /** `__name__` among them. */
  readonly labels: LabelSet;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

export interface SampleSink {
  /**
   * Resolves when the samples are in the journal, on disk, and visible to queries. Rejects with
   * `JournalError` while the disk refuses. Answers how many samples limits refused.
   */
  write(series: readonly WrittenSeries[]): Promise<{ readonly refused: number }>;
}

/** What somebody says of a metric beside its samples. */
export interface MetricDescription {
  readonly metric: string;
  /** As remote write numbers them: 0 unknown, 1 counter, 2 gauge, 3 histogram, 4 gaugehistogram, 5 summary, 6 info, 7 stateset. */
  readonly type: number;
  readonly help: string;
  readonly unit: string;
}

export interface MetadataSink {
  describe(description: MetricDescription): void;
}

export interface MetadataSource {
  descriptions(): Iterable<MetricDescription>;
}
