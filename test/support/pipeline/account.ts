/**
 * The account at the end: every reading in the ledger is in the store exactly once, or inside a
 * gap of a kind that the faults allow; and there are no gaps of another kind.
 */
import { existsSync, readFileSync } from 'node:fs';

export interface Reading {
  /** The value of column 0, divided by ten. */
  readonly value: number;
  /** UTC milliseconds when it was read. */
  readonly at: number;
}

export interface Stored {
  readonly value: number;
  /** UTC milliseconds. */
  readonly at: number;
}

export interface ReportedGap {
  readonly from: number;
  readonly to: number;
  readonly cause: string;
}

/** Milliseconds to the nearest allowed gap: what is near was excused too narrowly. */
export type Missing = Reading & { readonly toGap: number };

export interface Account {
  readonly readings: number;
  readonly stored: number;
  /** Missing, and inside no allowed gap. */
  readonly lost: readonly Missing[];
  /** Values that the store has more than once. */
  readonly twice: readonly number[];
  /** Values in the store that were never read. */
  readonly invented: readonly number[];
  /** Stored at a time that is not that of their reading. */
  readonly misplaced: readonly (Reading & { readonly stored: number })[];
  /** Missing, and inside an allowed gap. */
  readonly excused: number;
  /** Told of, and by no fault allowed: a loss that was none, or one that should not have been. */
  readonly forbidden: readonly ReportedGap[];
}

/** What is wrong with it; nothing when all is in order. */
export function problemOf(account: Account): string | undefined {
  const { lost, twice, invented, misplaced, forbidden } = account;
  const wrong = [lost, twice, invented, misplaced, forbidden];
  if (wrong.every(({ length }) => length === 0)) return undefined;
  const first = lost.slice(0, 9).map(({ at, toGap }) => `${at}, ${toGap} ms from a gap`);
  const gaps = forbidden.slice(0, 9).map(({ cause, from, to }) => `${cause} ${from} to ${to}`);
  const away = misplaced.slice(0, 9).map(({ at, stored }) => `${at} at ${stored}`);
  return [
    `${lost.length} lost (${first.join('; ')})`,
    `${misplaced.length} misplaced (${away.join(', ')})`,
    `${twice.length} twice, ${invented.length} invented`,
    `${forbidden.length} forbidden gaps (${gaps.join(', ')})`,
  ].join(', ');
}

/** None when nothing was read at all. */
export function readLedger(path: string): Reading[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.includes(' '))
    .map((line) => {
      const [value, at] = line.split(' ').map(Number);
      return { value: value ?? 0, at: at ?? 0 };
    });
}

/** A process may stand still between the reading and its stamp; clocks are stepped by years. */
const NEAR_MS = 30_000;
/** Slack before a gap: a reading's time is taken before the sampler stamps its row. */
const BEFORE_MS = 1_000;
const AFTER_MS = 50;

export function settle(
  readings: readonly Reading[],
  columns: readonly (readonly Stored[])[],
  gaps: readonly ReportedGap[],
  allowed: ReadonlySet<string>,
): Account {
  const known = new Map(readings.map((reading) => [reading.value, reading]));
  const usable = gaps.filter(({ cause }) => allowed.has(cause));
  const toGap = ({ at }: Reading) =>
    Math.min(...usable.map(({ from, to }) => Math.max(from - BEFORE_MS - at, at - to - AFTER_MS)));
  const lost: Missing[] = [];
  const twice: number[] = [];
  const invented: number[] = [];
  const misplaced: (Reading & { stored: number })[] = [];
  let excused = 0;
  let stored = 0;
  columns.forEach((values, column) => {
    const seen = new Map<number, number>();
    for (const { value, at } of values) {
      const key = (value - column) / 10;
      seen.set(key, (seen.get(key) ?? 0) + 1);
      const reading = known.get(key);
      if (reading === undefined) invented.push(value);
      else if (Math.abs(reading.at - at) > NEAR_MS) misplaced.push({ ...reading, stored: at });
    }
    stored += values.length;
    for (const [key, times] of seen) if (times > 1) twice.push(key);
    for (const reading of readings) {
      if (seen.has(reading.value)) continue;
      const distance = toGap(reading);
      if (distance <= 0) excused++;
      else lost.push({ ...reading, toGap: distance });
    }
  });
  const forbidden = gaps.filter(({ cause }) => !allowed.has(cause));
  const counts = { readings: readings.length * columns.length, stored, excused };
  return { ...counts, lost, twice, invented, misplaced, forbidden };
}

/** Of two agents whose gaps are the same ones: those of the first count. */
export function sum(a: Account, b: Account): Account {
  return {
    readings: a.readings + b.readings,
    stored: a.stored + b.stored,
    excused: a.excused + b.excused,
    lost: [...a.lost, ...b.lost],
    twice: [...a.twice, ...b.twice],
    invented: [...a.invented, ...b.invented],
    misplaced: [...a.misplaced, ...b.misplaced],
    forbidden: a.forbidden,
  };
}
