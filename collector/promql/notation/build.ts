/** From the fields of `{{…}}` to histograms, and their progressions `{{…}}+{{…}}x3`. */
import { CUSTOM_SCHEMA, MAX_SCHEMA, MIN_SCHEMA } from '../histogram/bounds.ts';
import { denseBuckets } from '../histogram/buckets.ts';
import { FloatHistogram } from '../histogram/float-histogram.ts';
import type { Cursor } from './cursor.ts';
import { NotationError } from './error.ts';
import type { HistogramFields } from './histogram.ts';

export interface Change {
  readonly by: FloatHistogram;
  /** `-` instead of `+`. */
  readonly down: boolean;
  /** Where it is written. */
  readonly start: number;
}

/** `start`: where the histogram is written. */
export function buildHistogram(
  fields: HistogramFields,
  cursor: Cursor,
  start: number,
): FloatHistogram {
  const schema = fields.schema ?? 0;
  if (schema !== CUSTOM_SCHEMA && (schema < MIN_SCHEMA || schema > MAX_SCHEMA)) {
    cursor.fail(`a schema is ${MIN_SCHEMA} to ${MAX_SCHEMA}, or ${CUSTOM_SCHEMA}`, start);
  }
  if (schema !== CUSTOM_SCHEMA && fields.custom_values !== undefined) {
    cursor.fail(`custom_values need schema:${CUSTOM_SCHEMA}`, start);
  }
  return FloatHistogram.of({
    schema,
    sum: fields.sum ?? 0,
    count: fields.count ?? 0,
    zeroCount: fields.z_bucket ?? 0,
    zeroThreshold: fields.z_bucket_w ?? 0,
    positive: denseBuckets(fields.offset ?? 0, fields.buckets ?? []),
    negative: denseBuckets(fields.n_offset ?? 0, fields.n_buckets ?? []),
    customBounds: fields.custom_values ?? [],
    counterReset: fields.counter_reset_hint ?? 'unknown',
  });
}

/** `base`, then `times` more, each changed once more. */
export function* histogramProgression(
  base: FloatHistogram,
  change: Change,
  times: number,
): Generator<FloatHistogram> {
  let current = base;
  yield current;
  for (let i = 0; i < times; i++) {
    current = changed(current, change);
    yield current;
  }
}

function changed(histogram: FloatHistogram, { by, down, start }: Change): FloatHistogram {
  const combined = down ? histogram.sub(by) : histogram.add(by);
  if (combined !== undefined) return combined.histogram;
  throw new NotationError(start, 'custom and exponential buckets cannot be combined');
}
