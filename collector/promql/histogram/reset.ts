/** Whether a counter histogram was reset between two samples. */
import { rebounded, reduced } from './align.ts';
import type { Buckets } from './buckets.ts';
import { sameBounds, sharedBounds } from './custom-bounds.ts';
import { type HistogramData, isCustom } from './data.ts';
import { withZeroBucketAt, zeroBucketAt } from './zero-bucket.ts';

/** A bucket fell, or a populated one is missing. */
function fell(current: Buckets, previous: Buckets): boolean {
  for (let i = 0, j = 0; j < previous.counts.length; j++) {
    const index = previous.indexes[j] as number;
    while (i < current.indexes.length && (current.indexes[i] as number) < index) i++;
    const now = current.indexes[i] === index ? (current.counts[i] as number) : 0;
    if (now < (previous.counts[j] as number)) return true;
  }
  return false;
}

function customFell(current: HistogramData, previous: HistogramData): boolean {
  if (sameBounds(current.customBounds, previous.customBounds)) {
    return fell(current.positive, previous.positive);
  }
  const bounds = sharedBounds(current.customBounds, previous.customBounds);
  return fell(rebounded(current, bounds).positive, rebounded(previous, bounds).positive);
}

/** A finer schema or a narrower zero bucket comes with a restart only. */
function exponentialFell(current: HistogramData, previous: HistogramData): boolean {
  if (current.schema > previous.schema) return true;
  if (current.zeroThreshold < previous.zeroThreshold) return true;
  const before = zeroBucketAt(previous, current.zeroThreshold);
  if (before.threshold !== current.zeroThreshold || current.zeroCount < before.count) return true;
  const grown = withZeroBucketAt(previous, current.zeroThreshold);
  const alike = reduced(grown, current.schema);
  return fell(current.positive, alike.positive) || fell(current.negative, alike.negative);
}

export function wasReset(current: HistogramData, previous: HistogramData): boolean {
  if (current.counterReset === 'reset') return true;
  if (current.counterReset === 'not-reset') return false;
  if (current.count < previous.count) return true;
  if (!isCustom(current)) return exponentialFell(current, previous);
  return !isCustom(previous) || customFell(current, previous);
}
