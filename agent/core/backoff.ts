/**
 * Exponential backoff with full jitter: any time between nothing and a bound that doubles. A fleet
 * that lost its collector together does not come back together.
 */
export interface BackoffLimits {
  readonly minMs: number;
  readonly maxMs: number;
}

/** Milliseconds to wait before try number `attempt` (from 0). `random` is in [0, 1). */
export function backoffMs(
  attempt: number,
  { minMs, maxMs }: BackoffLimits,
  random: number,
): number {
  const bound = Math.min(maxMs, minMs * 2 ** Math.min(attempt, 30));
  return Math.round(minMs * 0.1 + random * bound);
}
