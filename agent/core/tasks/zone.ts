/**
 * What clocks on the wall of a time zone show, and when they show it. Pure: the zones' rules come
 * from files that were read before (`learnZone`), or else from the runtime's own data.
 *
 * A local time is written as the UTC milliseconds at which a clock in UTC would show it. When clocks
 * are set forward, a local time that is left out stands for the first instant after it; when they
 * are set back, a local time that comes twice stands for its first coming.
 */

import { type Offsets, tzifOffsets } from './tzif.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** No zone is further from UTC, and no change of rules moves a clock by more. */
const FURTHEST = 36 * HOUR;
/** Between two changes of a zone's rules there is more time than this. */
const PROBE = 12 * HOUR;

interface Zone {
  readonly ask: Offsets;
  /** By quarter of an hour, which is when clocks are set: asking the runtime is slow. */
  readonly offsets: Map<number, number>;
}

const QUARTER = 15 * MINUTE;
const MOST_OFFSETS = 512;
const zones = new Map<string, Zone>();
const MOST_ZONES = 32;

/** Teaches a zone from its file. False: the runtime is asked about it, which costs more memory. */
export function learnZone(name: string, file: Uint8Array): boolean {
  const ask = tzifOffsets(file);
  if (ask === undefined) return false;
  keep(name, ask);
  return true;
}

export function isZone(name: string): boolean {
  if (name === 'UTC') return true;
  try {
    zoneOf(name);
    return true;
  } catch {
    return false;
  }
}

/** Milliseconds by which clocks in the zone are ahead of UTC. */
export function offsetAt(instant: number, zone: string): number {
  if (zone === 'UTC') return 0;
  const { ask, offsets } = zoneOf(zone);
  const quarter = Math.floor(instant / QUARTER);
  const known = offsets.get(quarter);
  if (known !== undefined) return known;
  const offset = ask(quarter * QUARTER);
  if (offsets.size >= MOST_OFFSETS) offsets.clear();
  offsets.set(quarter, offset);
  return offset;
}

function shownBy(format: Intl.DateTimeFormat, instant: number): number {
  const part: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of format.formatToParts(instant)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

export function localAt(instant: number, zone: string): number {
  return instant + offsetAt(instant, zone);
}

/** The instant that a local time stands for. */
export function instantOf(local: number, zone: string): number {
  if (zone === 'UTC') return local;
  const comings = [-FURTHEST, -PROBE, PROBE, FURTHEST]
    .map((distance) => local - offsetAt(local + distance, zone))
    .filter((instant) => localAt(instant, zone) === local);
  if (comings.length > 0) return Math.min(...comings);
  return firstWhere(local - FURTHEST, local + FURTHEST, (at) => localAt(at, zone) >= local);
}

/** The first instant in a span from which on something holds that did not before. */
export function firstWhere(from: number, to: number, holds: (at: number) => boolean): number {
  let [before, after] = [from, to];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (holds(middle)) after = middle;
    else before = middle;
  }
  return after;
}

function zoneOf(name: string): Zone {
  return zones.get(name) ?? keep(name, runtimeOffsets(name));
}

function keep(name: string, ask: Offsets): Zone {
  if (zones.size >= MOST_ZONES) zones.clear();
  const zone = { ask, offsets: new Map<number, number>() };
  zones.set(name, zone);
  return zone;
}

/** Throws when there is no such zone. */
function runtimeOffsets(name: string): Offsets {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (instant) => shownBy(format, instant) - instant;
}
