/** Two histograms brought to the same schema, bounds and zero threshold, so that buckets line up. */
import { toSchema } from './buckets.ts';
import { ontoBounds, sameBounds, sharedBounds } from './custom-bounds.ts';
import { type CounterReset, type HistogramData, isCustom } from './data.ts';
import { withEqualZeroBuckets } from './zero-bucket.ts';

export interface Aligned {
  readonly a: HistogramData;
  readonly b: HistogramData;
  /** Custom bounds differed; only the shared ones are left. */
  readonly reconciled: boolean;
}

/** Only to a lower resolution. */
export const reduced = (data: HistogramData, schema: number): HistogramData =>
  data.schema === schema
    ? data
    : {
        ...data,
        schema,
        positive: toSchema(data.positive, data.schema, schema),
        negative: toSchema(data.negative, data.schema, schema),
      };

export const rebounded = (data: HistogramData, bounds: readonly number[]): HistogramData => ({
  ...data,
  customBounds: bounds,
  positive: ontoBounds(data.positive, data.customBounds, bounds),
});

/** Undefined: one has custom buckets and the other has not. */
export function aligned(a: HistogramData, b: HistogramData): Aligned | undefined {
  if (isCustom(a) !== isCustom(b)) return undefined;
  if (isCustom(a)) {
    if (sameBounds(a.customBounds, b.customBounds)) return { a, b, reconciled: false };
    const bounds = sharedBounds(a.customBounds, b.customBounds);
    return { a: rebounded(a, bounds), b: rebounded(b, bounds), reconciled: true };
  }
  const schema = Math.min(a.schema, b.schema);
  const [left, right] = withEqualZeroBuckets(a, b);
  return { a: reduced(left, schema), b: reduced(right, schema), reconciled: false };
}

/** Of a sum or difference. A reset and a non-reset collide: nothing is known then. */
export function jointReset(a: CounterReset, b: CounterReset): CounterReset {
  if (a === b) return a;
  return a === 'gauge' || b === 'gauge' ? 'gauge' : 'unknown';
}

export const resetsCollide = (a: CounterReset, b: CounterReset): boolean =>
  (a === 'reset' && b === 'not-reset') || (a === 'not-reset' && b === 'reset');
