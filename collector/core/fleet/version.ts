/** Versions of `desired`: they rise with each change, also after a restored backup or a clock set back. */

/** Above `previous`, above all that the device says it has seen, and the time when that is more. */
export function nextVersion(previous: number, reported: number, now: number): number {
  return Math.max(previous + 1, reported + 1, Math.floor(now));
}
