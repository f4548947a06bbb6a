/** Maintenance windows: when runs may begin. Pure. */
import { DAY, instantOf, localAt, MINUTE } from './zone.ts';

export interface Window {
  readonly name: string;
  /** On which it opens; 0 is Sunday. */
  readonly days: readonly number[];
  /** Minutes of the day; an end that is not above its beginning lies on the next day. */
  readonly from: number;
  readonly to: number;
  readonly zone: string;
}

/** The end does not belong to it. */
export interface Opening {
  readonly begin: number;
  readonly end: number;
}

/** A week, and another one in case a change of the clocks has swallowed the only opening. */
const MOST_DAYS = 15;
/** A window that opened yesterday may still be open, and a zone may have left out a day. */
const EARLIER_DAYS = 2;

/** The opening in which this instant lies, or else the next one; `undefined`: it never opens. */
export function openingAt(window: Window, at: number): Opening | undefined {
  const today = Math.floor(localAt(at, window.zone) / DAY);
  for (let day = today - EARLIER_DAYS; day < today + MOST_DAYS; day++) {
    if (!window.days.includes(weekdayOf(day))) continue;
    const opening = openingOf(window, day);
    if (opening.end > at && opening.end > opening.begin) return opening;
  }
  return undefined;
}

export function isOpen(window: Window, at: number): boolean {
  const opening = openingAt(window, at);
  return opening !== undefined && opening.begin <= at;
}

function openingOf({ from, to, zone }: Window, day: number): Opening {
  const length = to > from ? to - from : to + DAY / MINUTE - from;
  const begin = day * DAY + from * MINUTE;
  return { begin: instantOf(begin, zone), end: instantOf(begin + length * MINUTE, zone) };
}

/** 1970 began on a Thursday. */
function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}
