/** How long to wait before trying again. */

/**
 * Full jitter: anything from nothing to a bound that doubles with each failure, so that many
 * clients that lost one server do not come back together.
 */
export function fullJitter(
  failures: number,
  firstMs: number,
  longestMs: number,
  random: number,
): number {
  return random * Math.min(longestMs, firstMs * 2 ** Math.min(failures, 30));
}
