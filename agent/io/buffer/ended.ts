/**
 * The last epochs of this folder that came to their end, oldest first. All their numbers were given
 * out: a collector that was restored from an older copy learns by them what it lacks.
 */
import { dictionaryKey } from './keys.ts';
import type { Ledger } from './ledger.ts';
import type { Level } from './level.ts';

export interface EndedEpoch {
  readonly epoch: string;
  /** Numbers below it were given out, and none from it on ever will be. */
  readonly next: number;
  /** Not by a clean end: the opening that followed has told what may be missing. */
  readonly told?: true;
}

/** So many starts a collector's copy may be old. */
const MOST_ENDED = 16;
const KEY = dictionaryKey('ended');
/** What lies under a name has the moment of its writing in front; here nobody asks for it. */
const STAMP_BYTES = 8;

export async function readEnded(level: Level): Promise<readonly EndedEpoch[]> {
  const value = await level.get(KEY);
  if (value === undefined) return [];
  return JSON.parse(value.toString('utf8', STAMP_BYTES)) as readonly EndedEpoch[];
}

/** What is known when the newest epoch of `ledger` has ended. */
export function afterEnd(
  ended: readonly EndedEpoch[],
  { epochs }: Ledger,
  isTold: boolean,
): readonly EndedEpoch[] {
  const last = epochs.at(-1);
  // Of a life that was cut off the folder may not know what it gave out: its epoch is named all the same.
  if (last === undefined || (last.next === 1 && !isTold)) return ended;
  const { epoch, next } = last;
  return [...ended, { epoch, next, ...(isTold && { told: true as const }) }].slice(-MOST_ENDED);
}

export function putEnded(ended: readonly EndedEpoch[]) {
  const text = Buffer.from(JSON.stringify(ended), 'utf8');
  const value = Buffer.concat([Buffer.alloc(STAMP_BYTES), text]);
  return { type: 'put', key: KEY, value } as const;
}
