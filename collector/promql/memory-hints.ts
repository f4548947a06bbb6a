/**
 * Counter reset hints of stored histograms. Prometheus' storage keeps counters in chunks that hold
 * no reset: all but the first sample of a chunk come back as `not-reset`, the first as `unknown`.
 */
import { sameBounds } from './histogram/custom-bounds.ts';
import type { FloatHistogram } from './histogram/float-histogram.ts';

type Stored = number | FloatHistogram | 'stale';

/** `samples` of one series in order of time. */
export function storedHints(samples: readonly Stored[]): readonly Stored[] {
  let previous: FloatHistogram | undefined;
  return samples.map((sample) => {
    if (typeof sample !== 'object' || sample.counterReset === 'gauge') {
      previous = undefined;
      return sample;
    }
    const continues = previous !== undefined && continuesChunk(sample, previous);
    previous = sample;
    return sample.withCounterReset(continues ? 'not-reset' : 'unknown');
  });
}

function continuesChunk(sample: FloatHistogram, previous: FloatHistogram): boolean {
  return (
    sample.counterReset !== 'reset' &&
    sample.schema === previous.schema &&
    sample.zeroThreshold === previous.zeroThreshold &&
    sameBounds(sample.customBounds, previous.customBounds) &&
    !sample.withCounterReset('unknown').detectReset(previous)
  );
}
