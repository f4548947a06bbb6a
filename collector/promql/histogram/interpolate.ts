/** A native histogram on the line between two. */
import type { FloatHistogram } from './float-histogram.ts';

export interface Interpolated {
  readonly histogram: FloatHistogram;
  /** During which of its two steps custom bounds had to be reconciled. */
  readonly reconciled: readonly ('subtraction' | 'addition')[];
}

/**
 * `share`: how far from `from` to `to`, both ends included. A counter that was reset between them began
 * at nothing. Undefined: one has custom buckets and the other has not.
 */
export function interpolated(
  from: FloatHistogram,
  to: FloatHistogram,
  share: number,
  counter: boolean,
): Interpolated | undefined {
  if (from.usesCustomBuckets !== to.usesCustomBuckets) return undefined;
  if (share === 0) return { histogram: from, reconciled: [] };
  if (share === 1) return { histogram: to, reconciled: [] };
  if (counter && to.detectReset(from)) return { histogram: to.mul(share), reconciled: [] };
  const rise = to.sub(from);
  const sum = rise?.histogram.mul(share).add(from);
  if (rise === undefined || sum === undefined) return undefined;
  const { histogram } = sum;
  return {
    histogram,
    reconciled: [
      ...(rise.reconciled ? (['subtraction'] as const) : []),
      ...(sum.reconciled ? (['addition'] as const) : []),
    ],
  };
}
