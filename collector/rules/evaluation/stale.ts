/** Series that a rule wrote last time and not this time end with a staleness marker. */
import type { LabelSet } from '../../core/label-set.ts';
import type { VectorSample } from '../../core/query/engine.ts';

/** By the key of its labels. */
export type WrittenSeries = ReadonlyMap<string, LabelSet>;

export const NOTHING_WRITTEN: WrittenSeries = new Map();

export function seriesOf(samples: readonly Pick<VectorSample, 'labels'>[]): WrittenSeries {
  return new Map(samples.map(({ labels }) => [labels.key, labels]));
}

/** Those of `before` that are not among `now`. */
export function ended(before: WrittenSeries, now: WrittenSeries): readonly LabelSet[] {
  return [...before].filter(([key]) => !now.has(key)).map(([, labels]) => labels);
}
