/** What a remedy works on, so that no two ever work on the same thing nor against each other. */

/** The whole machine: who claims it works alone. */
export const MACHINE = 'machine';

/** Whether `wanted` may be worked on beside what is held already. */
export function areFree(wanted: readonly string[], held: Iterable<readonly string[]>): boolean {
  for (const claims of held) {
    if (claims.includes(MACHINE) || wanted.includes(MACHINE)) return false;
    if (wanted.some((claim) => claims.includes(claim))) return false;
  }
  return true;
}
