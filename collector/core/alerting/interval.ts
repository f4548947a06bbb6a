/** Time intervals: whether a moment lies in `nights`, in a zone with its summer time. Pure. */

/** Both ends belong to it. */
export interface Range {
  readonly begin: number;
  readonly end: number;
}

/** All parts that are given must hold; in each, one range is enough. */
export interface TimeInterval {
  /** Minutes of the day; the end does not belong to it. */
  readonly times?: readonly Range[];
  /** 0 is Sunday. */
  readonly weekdays?: readonly Range[];
  /** Negative days count from the month's end: -1 is the last. */
  readonly daysOfMonth?: readonly Range[];
  /** 1 is January. */
  readonly months?: readonly Range[];
  readonly years?: readonly Range[];
  /** IANA name; UTC when absent. */
  readonly location?: string;
}

export interface NamedInterval {
  readonly name: string;
  readonly intervals: readonly TimeInterval[];
}

interface CivilTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly minute: number;
}

export function intervalContains(interval: TimeInterval, now: number): boolean {
  const time = civilTime(now, interval.location ?? 'UTC');
  const { times, weekdays, daysOfMonth, months, years } = interval;
  return (
    (times?.some(({ begin, end }) => time.minute >= begin && time.minute < end) ?? true) &&
    (daysOfMonth?.some((range) => inMonth(range, time)) ?? true) &&
    (months?.some((range) => within(range, time.month)) ?? true) &&
    (weekdays?.some((range) => within(range, time.weekday)) ?? true) &&
    (years?.some((range) => within(range, time.year)) ?? true)
  );
}

export function namedContains({ intervals }: NamedInterval, now: number): boolean {
  return intervals.some((interval) => intervalContains(interval, now));
}

function within({ begin, end }: Range, value: number): boolean {
  return value >= begin && value <= end;
}

function inMonth({ begin, end }: Range, { year, month, day }: CivilTime): boolean {
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const first = begin < 0 ? days + begin + 1 : begin;
  const last = end < 0 ? days + end + 1 : end;
  return first <= days && day >= first && day <= Math.min(last, days);
}

/** The formatters are dear to make and few. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  formats.set(zone, format);
  return format;
}

/** Go's names for what Intl calls otherwise; `undefined` when no such zone is known. */
export function zoneName(location: string): string | undefined {
  if (location === 'UTC' || location === '') return 'UTC';
  try {
    formatOf(location);
    return location;
  } catch {
    return undefined;
  }
}

export function civilTime(now: number, zone: string): CivilTime {
  if (zone === 'UTC') return fromDate(new Date(now));
  const part: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(now)) part[type] = Number(value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0 } = part;
  return fromDate(new Date(Date.UTC(year, month - 1, day, hour, minute)));
}

function fromDate(date: Date): CivilTime {
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
    minute: date.getUTCHours() * 60 + date.getUTCMinutes(),
  };
}
