/** The cases of the crash matrix, all of them or drawn by a seed. Pure. */
import type { Case, Fault } from './matrix.ts';

/** Eighths of the bytes that get there. */
const TORN = [0, 2, 4, 6, 7];

/** Every single crash point: before and after each change, torn at each write, the disk's refusals, a clock far off. */
export function singles(changes: readonly string[]): readonly Case[] {
  return changes.flatMap((what, index) => {
    const at = index + 1;
    const kinds = ['kill', 'killed', 'ENOSPC', 'EIO'];
    if (what.startsWith('write ')) kinds.push(...TORN.map((eighths) => `torn${eighths}`));
    const plain = kinds.map((kind) => single({ at, kind }, 0));
    return [...plain, single({ at, kind: 'kill' }, index % 2 === 0 ? 10 : -10)];
  });
}

/** A crash at each change, and another one at each change of the start after it. */
export function pairs(changes: readonly string[], step: number): readonly Case[] {
  return changes.flatMap((_, first) =>
    changes.flatMap((__, second) =>
      (first + second) % step === 0
        ? [
            {
              first: [{ at: first + 1, kind: 'kill' }],
              second: [{ at: second + 1, kind: 'kill' }],
              years: 0,
            },
          ]
        : [],
    ),
  );
}

export function drawn(cases: readonly Case[], rounds: number, seed: number): readonly Case[] {
  if (rounds >= cases.length) return cases;
  const next = random(seed);
  const keyed = cases.map((one) => ({ one, key: next() }));
  return keyed
    .toSorted((a, b) => a.key - b.key)
    .slice(0, rounds)
    .map(({ one }) => one);
}

export function named({ first, second, years }: Case, changes: readonly string[]): string {
  const text = ({ at, kind }: Fault) => `${kind} at ${at} (${changes[at - 1] ?? 'never'})`;
  const then = second.length === 0 ? '' : `, then ${second.map(text).join(', ')}`;
  return `${first.map(text).join(', ')}${then}${years === 0 ? '' : `, clock ${years} years off`}`;
}

function single(fault: Fault, years: number): Case {
  return { first: [fault], second: [], years };
}

/** mulberry32 */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
