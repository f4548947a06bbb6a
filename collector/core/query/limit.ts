/** The `limit` parameter: fewer series than were found, and a warning that says so. */
import type { Evaluated, Value } from './engine.ts';

export const TRUNCATED = 'results truncated due to limit';

export function truncated<T extends Evaluated>(result: T, limit: number): T {
  const value = cut(result.value, limit);
  if (value === result.value) return result;
  return { ...result, value, warnings: [...result.warnings, TRUNCATED] };
}

function cut(value: Value, limit: number): Value {
  if (value.type === 'vector' && value.samples.length > limit) {
    return { type: 'vector', samples: value.samples.slice(0, limit) };
  }
  if (value.type === 'matrix' && value.series.length > limit) {
    return { type: 'matrix', series: value.series.slice(0, limit) };
  }
  return value;
}
