/**
 * Date functions of seconds since 1970, in UTC. By arithmetic, since `Date` ends in the year 275760
 * and samples need not.
 */
import type { SampleFunction } from './function.ts';

const DAY = 86_400;
const DAYS_IN_ERA = 146_097;
/** From the first of March of the year 0, when leap days come last, to 1970. */
const DAYS_TO_1970 = 719_468;

interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const dayOf = (seconds: number): number => Math.floor(seconds / DAY);

/** Eras are the 400 years after which the calendar repeats. */
function civil(seconds: number): CivilDate {
  const days = dayOf(seconds) + DAYS_TO_1970;
  const era = Math.floor(days / DAYS_IN_ERA);
  const ofEra = days - era * DAYS_IN_ERA;
  const leaps = Math.floor(ofEra / 1460) - Math.floor(ofEra / 36_524) + Math.floor(ofEra / 146_096);
  const yearOfEra = Math.floor((ofEra - leaps) / 365);
  const ofYear =
    ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const sinceMarch = Math.floor((5 * ofYear + 2) / 153);
  const day = ofYear - Math.floor((153 * sinceMarch + 2) / 5) + 1;
  const month = sinceMarch < 10 ? sinceMarch + 3 : sinceMarch - 9;
  return { year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day };
}

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

function daysInMonth({ year, month }: CivilDate): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function dayOfYear({ year, month, day }: CivilDate): number {
  let days = day;
  for (let m = 1; m < month; m++) days += daysInMonth({ year, month: m, day: 1 });
  return days;
}

const modulo = (value: number, by: number): number => value - Math.floor(value / by) * by;

/** A fraction of a second is cut off; what is no time at all stays NaN. */
const dateFunction = (of: (seconds: number) => number): SampleFunction => ({
  kind: 'sample',
  vectorArg: 0,
  defaultsToTime: true,
  apply(sample) {
    if (typeof sample !== 'number') return undefined;
    return Number.isFinite(sample) ? of(Math.trunc(sample)) : NaN;
  },
});

export const DATES: Readonly<Record<string, SampleFunction>> = {
  minute: dateFunction((seconds) => Math.floor(modulo(seconds, 3600) / 60)),
  hour: dateFunction((seconds) => Math.floor(modulo(seconds, DAY) / 3600)),
  // The first day of 1970 was a Thursday.
  day_of_week: dateFunction((seconds) => modulo(dayOf(seconds) + 4, 7)),
  day_of_month: dateFunction((seconds) => civil(seconds).day),
  day_of_year: dateFunction((seconds) => dayOfYear(civil(seconds))),
  days_in_month: dateFunction((seconds) => daysInMonth(civil(seconds))),
  month: dateFunction((seconds) => civil(seconds).month),
  year: dateFunction((seconds) => civil(seconds).year),
};
