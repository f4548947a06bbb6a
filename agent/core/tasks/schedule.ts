/**
 * Schedules as data, and the next instant at which one is due.
 *
 * A schedule of certain hours is one of local times: each comes once, whatever the clocks do (see
 * `zone.ts`). A schedule of every hour is one of elapsed time: when clocks are set back, the hour
 * that comes twice counts twice, and when they are set forward, what is left out is left out.
 */
import { type Days, isDay } from './days.ts';
import { DAY, firstWhere, instantOf, localAt, offsetAt } from './zone.ts';

export interface Schedule {
  /** As it was written, e.g. `daily 03:00`: for people, and to see that it has changed. */
  readonly text: string;
  readonly zone: string;
  readonly days: Days;
  /** Seconds of the day, rising. */
  readonly times: readonly number[];
  readonly everyHour: boolean;
}

/** Rare days of cron (29 February on a Sunday) come within 28 years, but for a century's leap rule. */
const MOST_DAYS = 41 * 366;

/** The first instant after this one at which the schedule is due; `undefined`: never. */
export function nextDue(schedule: Schedule, after: number): number | undefined {
  return schedule.everyHour ? nextElapsed(schedule, after) : nextOnce(schedule, after);
}

function nextOnce(schedule: Schedule, after: number): number | undefined {
  let local = nextLocal(schedule, localAt(after, schedule.zone));
  while (local !== undefined) {
    const instant = instantOf(local, schedule.zone);
    if (instant > after) return instant;
    // It comes a second time; its first was before.
    local = nextLocal(schedule, local);
  }
  return undefined;
}

function nextElapsed(schedule: Schedule, after: number): number | undefined {
  const { zone } = schedule;
  let from = after + 1;
  for (;;) {
    const offset = offsetAt(from, zone);
    const local = nextLocal(schedule, from + offset - 1);
    if (local === undefined) return undefined;
    const instant = local - offset;
    if (offsetAt(instant, zone) === offset) return instant;
    from = firstWhere(from, instant, (at) => offsetAt(at, zone) !== offset);
  }
}

/** The first local time after this one that the schedule names. */
function nextLocal({ days, times }: Schedule, after: number): number | undefined {
  const first = Math.floor(after / DAY);
  for (let day = first; day < first + MOST_DAYS; day++) {
    if (!isDay(days, day)) continue;
    const time = times.find((seconds) => day * DAY + seconds * 1000 > after);
    if (time !== undefined) return day * DAY + time * 1000;
  }
  return undefined;
}
