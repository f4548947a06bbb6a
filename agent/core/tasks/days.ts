/** Which days a schedule means: weekdays, days of the month, and what cron says about both. */
import { DAY } from './zone.ts';

/** As `node-cron` hands them on: numbers, `L`, `L-3`, `15W`, `LW` for days; `5L`, `2#1` for weekdays. */
export interface CronDays {
  readonly dayOfMonth: readonly (number | string)[];
  readonly month: readonly number[];
  readonly dayOfWeek: readonly (number | string)[];
}

/** 0 is Sunday. A day of the month that a month does not have is its last. */
export type Days =
  | { readonly every: true }
  | { readonly weekdays: readonly number[] }
  | { readonly monthDay: number }
  | { readonly cron: CronDays };

interface Civil {
  readonly day: number;
  readonly month: number;
  readonly weekday: number;
  /** Of this month. */
  readonly last: number;
}

/** `day` counts days since 1970. */
export function isDay(days: Days, day: number): boolean {
  if ('every' in days) return true;
  const civil = civilOf(day);
  if ('weekdays' in days) return days.weekdays.includes(civil.weekday);
  if ('monthDay' in days) return civil.day === Math.min(days.monthDay, civil.last);
  const { month, dayOfMonth, dayOfWeek } = days.cron;
  return (
    month.includes(civil.month) &&
    dayOfMonth.some((field) => fitsMonthDay(field, civil)) &&
    dayOfWeek.some((field) => fitsWeekday(field, civil))
  );
}

function civilOf(day: number): Civil {
  const date = new Date(day * DAY);
  const month = date.getUTCMonth() + 1;
  const last = new Date(Date.UTC(date.getUTCFullYear(), month, 0)).getUTCDate();
  return { day: date.getUTCDate(), month, weekday: date.getUTCDay(), last };
}

function fitsMonthDay(field: number | string, civil: Civil): boolean {
  if (typeof field === 'number') return field === civil.day;
  if (field === 'L') return civil.day === civil.last;
  const beforeLast = /^L-(\d+)$/.exec(field);
  if (beforeLast !== null) return civil.day === civil.last - Number(beforeLast[1]);
  const nearest = /^(\d+|L)W$/.exec(field);
  if (nearest === null) return false;
  const target = nearest[1] === 'L' ? civil.last : Number(nearest[1]);
  return target <= civil.last && civil.day === nearestWorkday(target, civil);
}

/** Monday to Friday nearest to a day of the month, without leaving the month. */
function nearestWorkday(target: number, { day, weekday, last }: Civil): number {
  const there = (((weekday + target - day) % 7) + 7) % 7;
  if (there === 6) return target === 1 ? 3 : target - 1;
  if (there === 0) return target === last ? target - 2 : target + 1;
  return target;
}

function fitsWeekday(field: number | string, { day, weekday, last }: Civil): boolean {
  if (typeof field === 'number') return field % 7 === weekday;
  const lastOf = /^([0-7])L$/.exec(field);
  if (lastOf !== null) return Number(lastOf[1]) % 7 === weekday && day + 7 > last;
  const nth = /^([0-7])#([1-5])$/.exec(field);
  if (nth === null) return false;
  return Number(nth[1]) % 7 === weekday && Math.ceil(day / 7) === Number(nth[2]);
}
