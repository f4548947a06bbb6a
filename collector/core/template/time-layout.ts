/** Go's layouts: a time is written the way that 2 January 2006, 15:04:05 is written in the layout. */
import { type Zone, zoneAt } from './time-zone.ts';

const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const MONTHS =
  'January February March April May June July August September October November December'.split(
    ' ',
  );

// Longest first where one begins another. A lower-case letter behind `Jan` or `Mon` makes it text.
const ELEMENT =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|2006|Z07:00:00|Z070000|Z07:00|Z0700|Z07|-07:00:00|-070000|-07:00|-0700|-07|[.,]0+(?![0-9])|[.,]9+(?![0-9])|__2|_2(?!006)|002|01|02|03|04|05|06|15|PM|pm|1|2|3|4|5/g;

interface Clock {
  readonly ms: number;
  readonly local: Date;
  readonly zone: Zone;
}

export function formatTime(layout: string, ms: number, zoneName: string): string {
  const zone = zoneAt(zoneName, ms) ?? { offsetMinutes: 0, abbreviation: 'UTC' };
  const clock = { ms, zone, local: new Date(ms + zone.offsetMinutes * 60_000) };
  return layout.replaceAll(ELEMENT, (element) => written(element, clock));
}

function written(element: string, { ms, local, zone }: Clock): string {
  const hour12 = local.getUTCHours() % 12 === 0 ? 12 : local.getUTCHours() % 12;
  switch (element) {
    case 'January':
      return MONTHS[local.getUTCMonth()] ?? '';
    case 'Jan':
      return (MONTHS[local.getUTCMonth()] ?? '').slice(0, 3);
    case 'Monday':
      return DAYS[local.getUTCDay()] ?? '';
    case 'Mon':
      return (DAYS[local.getUTCDay()] ?? '').slice(0, 3);
    case 'MST':
      return zone.abbreviation;
    case '2006':
      return padded(local.getUTCFullYear(), 4);
    case '06':
      return padded(local.getUTCFullYear() % 100, 2);
    case '01':
      return padded(local.getUTCMonth() + 1, 2);
    case '1':
      return String(local.getUTCMonth() + 1);
    case '02':
      return padded(local.getUTCDate(), 2);
    case '_2':
      return String(local.getUTCDate()).padStart(2, ' ');
    case '2':
      return String(local.getUTCDate());
    case '002':
      return padded(dayOfYear(local), 3);
    case '__2':
      return String(dayOfYear(local)).padStart(3, ' ');
    case '15':
      return padded(local.getUTCHours(), 2);
    case '03':
      return padded(hour12, 2);
    case '3':
      return String(hour12);
    case '04':
      return padded(local.getUTCMinutes(), 2);
    case '4':
      return String(local.getUTCMinutes());
    case '05':
      return padded(local.getUTCSeconds(), 2);
    case '5':
      return String(local.getUTCSeconds());
    case 'PM':
      return local.getUTCHours() < 12 ? 'AM' : 'PM';
    case 'pm':
      return local.getUTCHours() < 12 ? 'am' : 'pm';
    default:
      return /^[.,]/.test(element) ? fraction(element, ms) : offset(element, zone.offsetMinutes);
  }
}

function fraction(element: string, ms: number): string {
  const all = padded(((ms % 1000) + 1000) % 1000, 3).padEnd(9, '0');
  const digits = all.slice(0, element.length - 1);
  if (element[1] === '0') return (element[0] ?? '') + digits;
  const short = digits.replace(/0+$/, '');
  return short === '' ? '' : (element[0] ?? '') + short;
}

function offset(element: string, minutes: number): string {
  if (element.startsWith('Z') && minutes === 0) return 'Z';
  const size = Math.abs(minutes);
  const mark = element.includes(':') ? ':' : '';
  const hours = padded(Math.floor(size / 60), 2);
  const short = element.length === 3;
  const seconds = element.length >= 7 && !/^.07:00$/.test(element) ? `${mark}00` : '';
  return `${minutes < 0 ? '-' : '+'}${hours}${short ? '' : mark + padded(size % 60, 2)}${seconds}`;
}

function dayOfYear(local: Date): number {
  return Math.floor((local.getTime() - Date.UTC(local.getUTCFullYear(), 0, 0)) / 86_400_000);
}

function padded(value: number, length: number): string {
  return String(value).padStart(length, '0');
}
