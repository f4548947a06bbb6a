/**
 * Days, windows and months. A partition is one UTC day, named by its number since 1970; a day has
 * twelve windows of two hours, and no chunk reaches over the end of its window: a query of one
 * hour reads at most two windows, whatever else the day holds.
 */
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const WINDOW = 2 * HOUR;
export const WINDOWS = DAY / WINDOW;

/** Days that have a folder name of four-digit years: 1970-01-01 to 9999-12-31. */
const LAST_DAY = 2_932_896;

export function dayOf(time: number): number {
  return Math.floor(time / DAY);
}

export function isDay(day: number): boolean {
  return day >= 0 && day <= LAST_DAY;
}

export function dayName(day: number): string {
  return new Date(day * DAY).toISOString().slice(0, 10);
}

/** The day that a folder name stands for, `undefined` for any other name. */
export function parseDay(name: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(name)) return undefined;
  const day = Date.parse(`${name}T00:00:00Z`) / DAY;
  return Number.isInteger(day) && dayName(day) === name ? day : undefined;
}

export function monthName(time: number): string {
  return new Date(time).toISOString().slice(0, 7);
}

/** First instant of the month after the one with this name. */
export function monthEnd(name: string): number {
  const [year, month] = name.split('-').map(Number) as [number, number];
  return Date.UTC(year, month, 1);
}
