/**
 * Metrics whose names the host's tables bring: one object per name, made once, since receivers
 * recognise metrics by identity.
 */
import type { Metric } from './sampler.ts';

/** No kernel table has as many fields: a cap against growth on nonsense. */
const MOST = 4096;

export function metricsByField(make: (field: string) => Metric): (field: string) => Metric {
  const made = new Map<string, Metric>();
  return (field) => {
    const known = made.get(field);
    if (known !== undefined) return known;
    if (made.size >= MOST) made.clear();
    const fresh = make(field);
    made.set(field, fresh);
    return fresh;
  };
}
