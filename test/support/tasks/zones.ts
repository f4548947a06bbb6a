/** Zones whose clocks are set, and a calendar of them that shares nothing with the agent's. */
import fc from 'fast-check';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Instants at which clocks are set, forward and back; those of Lord Howe by 30 minutes. */
const CHANGES: readonly (readonly [zone: string, at: number])[] = [
  ['Europe/Berlin', Date.UTC(2026, 2, 29, 1)],
  ['Europe/Berlin', Date.UTC(2026, 9, 25, 1)],
  ['America/New_York', Date.UTC(2026, 2, 8, 7)],
  ['America/New_York', Date.UTC(2026, 10, 1, 6)],
  ['Australia/Lord_Howe', Date.UTC(2026, 3, 4, 15)],
  ['Australia/Lord_Howe', Date.UTC(2026, 9, 3, 15, 30)],
  ['UTC', Date.UTC(2026, 2, 29, 1)],
];

export const change = fc.constantFrom(...CHANGES);

const formats = new Map<string, Intl.DateTimeFormat>();

/** What a clock in the zone shows, as the UTC milliseconds that look the same. */
export function shown(at: number, zone: string): number {
  if (zone === 'UTC') return at;
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  formats.set(zone, format);
  return Date.parse(`${format.format(at).replace(' ', 'T')}Z`);
}
