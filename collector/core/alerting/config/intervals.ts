/** `time_intervals` as they are written. */
import { type NamedInterval, type Range, type TimeInterval, zoneName } from '../interval.ts';
import type { Section } from './section.ts';

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];

export function readNamedInterval(section: Section): NamedInterval {
  const name = section.text('name') ?? '';
  if (name === '') section.refuse('missing', ['name'], 'missing name in time interval');
  const intervals = section.sections('time_intervals').map(readInterval);
  section.end();
  return { name, intervals };
}

function readInterval(section: Section): TimeInterval {
  const times = section.has('times') ? section.sections('times').map(readTimes) : undefined;
  const weekdays = ranges(
    section,
    'weekdays',
    (text) => place(WEEKDAYS, text),
    'a day like monday',
  );
  const daysOfMonth = ranges(
    section,
    'days_of_month',
    dayOfMonth,
    'a day from 1 to 31 or -31 to -1',
  );
  const months = ranges(section, 'months', month, 'a month like january or 1');
  const years = ranges(section, 'years', year, 'a year like 2027');
  const location = readLocation(section);
  section.end();
  return {
    ...(times && { times }),
    ...(weekdays && { weekdays }),
    ...(daysOfMonth && { daysOfMonth }),
    ...(months && { months }),
    ...(years && { years }),
    ...(location !== undefined && { location }),
  };
}

function readTimes(section: Section): Range {
  const start = section.text('start_time');
  const end = section.text('end_time');
  section.end();
  if (start === undefined || end === undefined) {
    section.refuse('missing', [], 'both start_time and end_time must be provided');
    return { begin: 0, end: 0 };
  }
  const range = {
    begin: minutes(section, 'start_time', start),
    end: minutes(section, 'end_time', end),
  };
  if (range.begin >= range.end) {
    const hint = 'for a night, write two: from 22:00 to 24:00 and from 00:00 to 06:00';
    section.refuse('out-of-range', [], 'start time cannot be equal or greater than end time', hint);
  }
  return range;
}

function minutes(section: Section, key: string, text: string): number {
  const parts = /^(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/.exec(text);
  if (parts === null) {
    const message = `couldn't parse timestamp ${JSON.stringify(text)}, invalid format`;
    section.refuse('malformed', [key], message, 'write one like 09:00, at most 24:00');
    return 0;
  }
  return parts[1] === undefined ? 1440 : Number(parts[1]) * 60 + Number(parts[2]);
}

function ranges(
  section: Section,
  key: string,
  read: (text: string) => number | undefined,
  expected: string,
): readonly Range[] | undefined {
  return section.texts(key)?.map((text, i) => {
    const [first = '', last = first, ...more] = text.toLowerCase().split(':');
    const begin = read(first.trim());
    const end = read(last.trim());
    const at = [key, String(i)];
    if (begin === undefined || end === undefined || more.length > 0) {
      const hint = 'or a range with a colon';
      section.refuse('malformed', at, `${JSON.stringify(text)} is not ${expected}`, hint);
      return { begin: 0, end: 0 };
    }
    const range = { begin, end };
    const wrong = backwards(key, range);
    if (wrong !== undefined) section.refuse('out-of-range', at, wrong);
    return range;
  });
}

function backwards(key: string, { begin, end }: Range): string | undefined {
  if (key === 'days_of_month') {
    if (begin < 0 && end > 0) return 'end day must be negative if start day is negative';
    // In the longest month; in a shorter one a range may be empty.
    const from = begin < 0 ? 31 + begin + 1 : begin;
    const to = end < 0 ? 31 + end + 1 : end;
    return from > to ? `end day ${end} is always before start day ${begin}` : undefined;
  }
  return begin > end ? 'the start must not be after the end' : undefined;
}

function place(names: readonly string[], text: string): number | undefined {
  const index = names.indexOf(text);
  return index < 0 ? undefined : index;
}

function dayOfMonth(text: string): number | undefined {
  const day = /^-?\d{1,2}$/.test(text) ? Number(text) : 0;
  return day !== 0 && Math.abs(day) <= 31 ? day : undefined;
}

function month(text: string): number | undefined {
  const named = place(MONTHS, text);
  if (named !== undefined) return named + 1;
  const number = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  return number >= 1 && number <= 12 ? number : undefined;
}

function year(text: string): number | undefined {
  return /^\d{4}$/.test(text) ? Number(text) : undefined;
}

function readLocation(section: Section): string | undefined {
  const text = section.text('location');
  if (text === undefined) return undefined;
  const zone = zoneName(text);
  if (zone === undefined) {
    const message = `unknown time zone ${JSON.stringify(text)}`;
    section.refuse('not-allowed', ['location'], message, 'write one like Europe/Berlin or UTC');
  }
  return zone;
}
