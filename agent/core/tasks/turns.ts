/**
 * Turns: due instants of a schedule, each of which is taken once.
 *
 * What has been taken is remembered as ranges of due instants, since the clock may step: after a
 * step back the same due instants come again and are left out, while those that a step forward had
 * skipped are still there to be taken. `at` is always the time less the task's jitter, so that
 * everything here is about due instants alone.
 */
import type { Range } from './ranges.ts';
import { holding, joined } from './ranges.ts';
import { nextDue, type Schedule } from './schedule.ts';
import { DAY, HOUR } from './zone.ts';

export interface Turns {
  /** Up to here everything was looked at. */
  readonly through: number;
  /** Due instants that were taken, one by one. */
  readonly taken: readonly Range[];
}

export interface Turn {
  readonly due: number;
  /** Turns before this one that nobody took, at most `MOST_COUNTED`. */
  readonly earlier: number;
}

const MOST_COUNTED = 100;

/** The clock steps back by so little all the time (NTP): nothing to begin anew for. */
const SMALL_STEP = 60_000;

export function newTurns(at: number): Turns {
  return { through: at, taken: [] };
}

/** As they are after the clock has stepped back; the same object when it has not. */
export function afterStep(turns: Turns, at: number): Turns {
  return turns.through - at > SMALL_STEP ? { ...turns, through: at } : turns;
}

/** The newest turn that has come and was not taken. */
export function turnAt(schedule: Schedule, turns: Turns, at: number): Turn | undefined {
  const first = nextTurn(schedule, turns, turns.through);
  if (first === undefined || first > at) return undefined;
  for (const span of [HOUR, DAY, 40 * DAY, 400 * DAY, 41 * 400 * DAY]) {
    const from = Math.max(turns.through, at - span);
    const due = lastIn(schedule, turns, from, at);
    if (due !== undefined) return { due, earlier: countBefore(schedule, turns, due) };
    if (from === turns.through) return undefined;
  }
  return undefined;
}

/** When the next turn comes that was not taken. */
export function nextTurn(schedule: Schedule, turns: Turns, at: number): number | undefined {
  for (const due of untaken(schedule, turns, at, Number.POSITIVE_INFINITY)) return due;
  return undefined;
}

/** The turn is decided: it runs, or it is given up. Turns before it that were missed are too. */
export function take(turns: Turns, { due, earlier }: Turn): Turns {
  const isNext = earlier === 0 && turns.taken.some(({ to }) => to === turns.through);
  const range = { from: isNext ? turns.through : due, to: due };
  return { through: Math.max(turns.through, due), taken: joined(turns.taken, range) };
}

function lastIn(schedule: Schedule, turns: Turns, from: number, to: number): number | undefined {
  let last: number | undefined;
  for (const due of untaken(schedule, turns, from, to)) last = due;
  return last;
}

function countBefore(schedule: Schedule, turns: Turns, due: number): number {
  let count = 0;
  for (const _ of untaken(schedule, turns, turns.through, due - 1)) {
    if (++count === MOST_COUNTED) break;
  }
  return count;
}

function* untaken(schedule: Schedule, turns: Turns, from: number, to: number): Iterable<number> {
  let due = nextDue(schedule, from);
  while (due !== undefined && due <= to) {
    const range = holding(turns.taken, due);
    if (range === undefined) yield due;
    due = nextDue(schedule, range?.to ?? due);
  }
}
