/** What an executor answered, held against its contract: the helper's answer came over a socket. */
import type { TaskOutcome } from '../../tasks/task.ts';

/** `undefined`: it is no outcome. */
export function outcomeFrom(answer: unknown): TaskOutcome | undefined {
  const { ok, text, changes, figures, permanent } = Object(answer) as Record<string, unknown>;
  if (typeof ok !== 'boolean' || typeof text !== 'string') return undefined;
  return {
    ok,
    text,
    changes: (Array.isArray(changes) ? changes : []).filter((line) => typeof line === 'string'),
    figures: numbersOf(figures),
    permanent: permanent === true,
  };
}

function numbersOf(figures: unknown): Readonly<Record<string, number>> {
  const entries = Object.entries(Object(figures) as Record<string, unknown>);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, number] => Number.isFinite(entry[1])),
  );
}
