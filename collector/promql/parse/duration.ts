/** Durations as texts: `1h30m`. */
import { parseDuration } from '../../core/query/duration.ts';

/** Where Go's durations end: 2^63 nanoseconds. */
export const MAX_DURATION_SECONDS = 2 ** 63 / 1e9;

const UNITS = [
  ['y', 31_536_000_000, true],
  ['w', 604_800_000, true],
  ['d', 86_400_000, false],
  ['h', 3_600_000, false],
  ['m', 60_000, false],
  ['s', 1000, false],
  ['ms', 1, false],
] as const;

/** Milliseconds, or what is wrong. */
export function durationOf(text: string): number | { readonly reason: string } {
  const ms = parseDuration(text);
  if (ms === undefined) return { reason: `not a valid duration string: ${JSON.stringify(text)}` };
  return ms > MAX_DURATION_SECONDS * 1000 ? { reason: 'duration out of range' } : ms;
}

/** Whole milliseconds; years and weeks only where nothing is left over. */
export function formatDuration(ms: number): string {
  if (ms < 0) return `-${formatDuration(-ms)}`;
  let rest = Math.trunc(ms);
  if (rest === 0) return '0s';
  let text = '';
  for (const [unit, size, whole] of UNITS) {
    const count = Math.floor(rest / size);
    if (count === 0 || (whole && rest % size !== 0)) continue;
    text += `${count}${unit}`;
    rest -= count * size;
  }
  return text;
}

/** Whole milliseconds of seconds: cut, but not for what the seconds' own rounding took away. */
export function secondsToMs(seconds: number): number {
  const ms = seconds * 1000;
  const nearest = Math.round(ms);
  const slack = 1e-6 + Math.abs(ms) * 2 * Number.EPSILON;
  return (Math.abs(ms - nearest) <= slack ? nearest : Math.trunc(ms)) + 0;
}
