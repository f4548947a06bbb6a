/** Schedules as people write them: `03:00`, `sun 03:00`, `31 03:00`, and what cron's parser made of a pattern. */
import type { CronDays, Days } from './days.ts';
import type { Schedule } from './schedule.ts';

export const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

const TIME = '([01]\\d|2[0-3]):[0-5]\\d';
export const TIME_PATTERN = `^${TIME}$`;
export const WEEKLY_PATTERN = `^(${WEEKDAYS.join('|')}) ${TIME}$`;
export const MONTHLY_PATTERN = `^([1-9]|[12]\\d|3[01]) ${TIME}$`;

export interface WrittenSchedule {
  readonly daily?: string | undefined;
  readonly weekly?: string | undefined;
  readonly monthly?: string | undefined;
  readonly cron?: string | undefined;
}

/** What `node-cron`'s `parse` answers. */
export interface CronFields extends CronDays {
  readonly second: readonly number[];
  readonly minute: readonly number[];
  readonly hour: readonly number[];
}

export type ParseCron = (pattern: string) => CronFields;

/** `undefined`: by hand alone. Takes what has passed the schema's patterns. */
export function scheduleOf(
  { daily, weekly, monthly, cron }: WrittenSchedule,
  zone: string,
  parseCron: ParseCron,
): Schedule | undefined {
  if (daily !== undefined) return atTime(`daily ${daily}`, zone, { every: true }, daily);
  if (weekly !== undefined) {
    const [day = '', time = ''] = weekly.split(' ');
    const weekdays = [WEEKDAYS.indexOf(day as Weekday)];
    return atTime(`weekly ${weekly}`, zone, { weekdays }, time);
  }
  if (monthly !== undefined) {
    const [day = '', time = ''] = monthly.split(' ');
    return atTime(`monthly ${monthly}`, zone, { monthDay: Number(day) }, time);
  }
  return cron === undefined ? undefined : ofCron(cron, zone, parseCron(cron));
}

/** Minutes of the day of `03:30`. */
export function minutesOf(time: string): number {
  const [hours = '', minutes = ''] = time.split(':');
  return Number(hours) * 60 + Number(minutes);
}

function atTime(text: string, zone: string, days: Days, time: string): Schedule {
  return { text: `${text} ${zone}`, zone, days, times: [minutesOf(time) * 60], everyHour: false };
}

function ofCron(pattern: string, zone: string, fields: CronFields): Schedule {
  const { second, minute, hour, dayOfMonth, month, dayOfWeek } = fields;
  const times = hour.flatMap((h) =>
    minute.flatMap((m) => second.map((s) => (h * 60 + m) * 60 + s)),
  );
  return {
    text: `cron ${pattern} ${zone}`,
    zone,
    days: { cron: { dayOfMonth, month, dayOfWeek } },
    times: [...new Set(times)].sort((a, b) => a - b),
    everyHour: new Set(hour).size === 24,
  };
}
