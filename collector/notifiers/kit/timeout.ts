/** A signal that also ends after a time of its own; 0 is no such time. */

export function timed(signal: AbortSignal, timeoutMs: number): AbortSignal {
  return timeoutMs === 0 ? signal : AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
}
