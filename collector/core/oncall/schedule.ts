/** When reports fall due: a time of day in a zone with its summer time. Pure. */
import { civilTime } from '../alerting/interval.ts';

const WEEKDAYS = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
] as const;

export interface Schedule {
  readonly every: 'daily' | (typeof WEEKDAYS)[number];
  /** Of the day. */
  readonly minute: number;
  /** IANA name. */
  readonly zone: string;
}

const DAY = 86_400_000;
const MINUTE = 60_000;

/** The first moment after `now` at which the report is due. */
export function nextDue(schedule: Schedule, now: number): number {
  return search(schedule, now, 1, (at) => at > now);
}

/** The last moment at or before `now` at which it was due. */
export function lastDue(schedule: Schedule, now: number): number {
  return search(schedule, now, -1, (at) => at <= now);
}

/** What the report due at `due` is about: since the one before. */
export function spanOf(schedule: Schedule, due: number): { from: number; to: number } {
  return { from: lastDue(schedule, due - 1), to: due };
}

/** Day by day from yesterday or tomorrow: a week and a day hold every weekday. */
function search(
  { every, minute, zone }: Schedule,
  now: number,
  direction: 1 | -1,
  fits: (at: number) => boolean,
): number {
  const { year, month, day } = civilTime(now, zone);
  const today = Date.UTC(year, month - 1, day);
  for (let i = -1; i <= 9; i++) {
    const date = today + direction * i * DAY;
    if (every !== 'daily' && WEEKDAYS[new Date(date).getUTCDay()] !== every) continue;
    const at = instantOf(date + minute * MINUTE, zone);
    if (fits(at)) return at;
  }
  throw new Error('a week without the day');
}

/**
 * The instant at which clocks in the zone show `local` (as if it were UTC). A time that comes twice
 * is the first; one that is left out is as much later as the clocks were moved.
 */
function instantOf(local: number, zone: string): number {
  const offsets = [offsetAt(local - DAY, zone), offsetAt(local + DAY, zone)];
  const found = offsets
    .map((offset) => local - offset)
    .filter((at) => at + offsetAt(at, zone) === local);
  return found.length > 0 ? Math.min(...found) : local - (offsets[0] as number);
}

/** How far the zone's clocks are ahead of UTC. */
function offsetAt(at: number, zone: string): number {
  const { year, month, day, minute } = civilTime(at, zone);
  const shown = Date.UTC(year, month - 1, day) + minute * MINUTE;
  return shown - Math.floor(at / MINUTE) * MINUTE;
}
