/** The `limit` parameter: fewer series than were found, and a warning that says so. */
import type { QueryResult, QueryValue } from './types.ts';

export const TRUNCATED = 'results truncated due to limit';

export function truncated(result: QueryResult, limit: number): QueryResult {
  const value = cut(result.value, limit);
  if (value === result.value) return result;
  return { ...result, value, warnings: [...result.warnings, TRUNCATED] };
}

function cut(value: QueryValue, limit: number): QueryValue {
  if (value.type === 'vector' && value.series.length > limit) {
    return { type: 'vector', series: value.series.slice(0, limit) };
  }
  if (value.type === 'matrix' && value.series.length > limit) {
    return { type: 'matrix', series: value.series.slice(0, limit) };
  }
  return value;
}
