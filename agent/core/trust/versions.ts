/** Version numbers: never back, and never so far ahead that nothing could follow. */
import { granted, type Outcome, refused } from '../../../protocol/tuf/attacks.ts';
import type { Terms } from './trusted.ts';

/** A repository of people counts one by one. */
const MOST_AHEAD = 100_000;
const MOST_FIRST = 2 ** 31;
const DAY_MS = 86_400_000;
const YEAR_MS = 366 * DAY_MS;
/** The director counts in UTC milliseconds; 2100 is beyond the life of any device. */
const LAST_YEAR_MS = Date.UTC(2100, 0, 1);

export function checkVersion(
  version: number,
  known: number | undefined,
  terms: Terms,
  file: string,
): Outcome<true> {
  if (known !== undefined && version < known) {
    return refused('rollback', file, `version ${version}, but ${known} is known`);
  }
  const most = highest(known, terms);
  if (version <= most) return granted(true);
  return refused('fast-forward', file, `version ${version}, at most ${most} is believed`);
}

/** A signed time moves the clock on; one far ahead of a clock that was set would block all that follows. */
export function checkSignedAt(
  signedAt: number | undefined,
  { now, clockKnown }: Terms,
  file: string,
): Outcome<true> {
  const most = clockKnown ? now + DAY_MS : LAST_YEAR_MS;
  if (signedAt === undefined || signedAt <= most) return granted(true);
  return refused('fast-forward', file, `it was signed at ${new Date(signedAt).toISOString()}`);
}

function highest(known: number | undefined, { director, now, clockKnown }: Terms): number {
  if (director) return clockKnown ? now + YEAR_MS : LAST_YEAR_MS;
  return known === undefined ? MOST_FIRST : known + MOST_AHEAD;
}
