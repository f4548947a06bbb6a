/**
 * All buckets of a native histogram by their place, from the lowest to the highest: negative ones, the
 * zero bucket when it has observations, positive ones. Empty ones are among them.
 */
import {
  type Bucket,
  type HistogramData,
  negativeBucket,
  positiveBucket,
  zeroBucket,
} from './data.ts';

const zeroPlaces = ({ zeroCount }: HistogramData): number => (zeroCount > 0 ? 1 : 0);

export const places = (data: HistogramData): number =>
  data.negative.counts.length + zeroPlaces(data) + data.positive.counts.length;

/** Of the bucket at `place`; its bounds take longer to find. */
export function countAt(data: HistogramData, place: number): number {
  const below = data.negative.counts.length;
  if (place < below) return data.negative.counts[below - 1 - place] as number;
  const zero = zeroPlaces(data);
  if (place < below + zero) return data.zeroCount;
  return data.positive.counts[place - below - zero] as number;
}

export function bucketAt(data: HistogramData, place: number): Bucket {
  const below = data.negative.counts.length;
  if (place < below) return outsideZero(negativeBucket(data, below - 1 - place), data);
  const zero = zeroPlaces(data);
  if (place < below + zero) return zeroBucket(data);
  return outsideZero(positiveBucket(data, place - below - zero), data);
}

/** A bucket that reaches into the zero bucket ends where that begins. */
function outsideZero(bucket: Bucket, { zeroThreshold: threshold }: HistogramData): Bucket {
  if (bucket.upper < 0 && bucket.upper > -threshold) return { ...bucket, upper: -threshold };
  if (bucket.lower > 0 && bucket.lower < threshold) return { ...bucket, lower: threshold };
  return bucket;
}

/** Those with observations. */
export function* populated(data: HistogramData): Generator<Bucket> {
  const end = places(data);
  for (let place = 0; place < end; place++) {
    if (countAt(data, place) !== 0) yield bucketAt(data, place);
  }
}
