/** Runs a verification to its end, with whatever brings the files that it asks for. */
import type { Arrival, Wanted } from './trusted.ts';

export async function drive<T>(
  checking: Generator<Wanted, T, Arrival>,
  bring: (wanted: Wanted) => Promise<Arrival>,
): Promise<T> {
  let step = checking.next();
  while (step.done !== true) step = checking.next(await bring(step.value));
  return step.value;
}
