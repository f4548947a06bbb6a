/** What a remedy works on, so that no two ever work on the same thing nor against each other. */

/** The whole machine: who claims it works alone. */
export const MACHINE = 'machine';

/** The system's packages: who changes them works alone, too, since any unit may be theirs. */
export const PACKAGES = 'packages';

const TASK = 'task:';

/** With what the tasks among them work on: a task that restarts a unit is at that unit too. */
export function withTasks(
  claims: readonly string[],
  of: (task: string) => readonly string[],
): readonly string[] {
  const more = claims.flatMap((one) => (one.startsWith(TASK) ? of(one.slice(TASK.length)) : []));
  return more.length === 0 ? claims : [...claims, ...more];
}

function isAlone(claims: readonly string[]): boolean {
  return claims.includes(MACHINE) || claims.includes(PACKAGES);
}

/** Whether `wanted` may be worked on beside what is held already. */
export function areFree(wanted: readonly string[], held: Iterable<readonly string[]>): boolean {
  for (const claims of held) {
    if (isAlone(claims) || isAlone(wanted)) return false;
    if (wanted.some((claim) => claims.includes(claim))) return false;
  }
  return true;
}
