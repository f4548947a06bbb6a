/** What a text means, as long as it stays the same: what is read at each run rarely changes. */
import type { CheckContext } from '../check.ts';

interface Understood {
  readonly text: string;
  readonly meaning: unknown;
}

const MEMORY = 'understood';
/** Characters; a longer text is not worth its memory. */
const MOST_KEPT = 16_384;

/** A check remembers one. What `mean` throws is not remembered. */
export function understood<T>(
  text: string,
  { memory }: CheckContext,
  mean: (text: string) => T,
): T {
  const before = memory.get(MEMORY) as Understood | undefined;
  if (before?.text === text) return before.meaning as T;
  const meaning = mean(text);
  if (text.length <= MOST_KEPT) memory.set(MEMORY, { text, meaning } satisfies Understood);
  return meaning;
}
