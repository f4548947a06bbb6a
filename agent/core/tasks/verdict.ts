/**
 * What becomes of a turn: it begins, it waits, or it is given up. Pure.
 *
 * A turn waits for its window and its conditions until that window closes or, without a window,
 * until a day has passed; and never into the next turn's time. A turn that was missed (the device
 * was off, or had no time) is made up for within a day where its task says `missed: run`.
 */

import type { Schedule } from './schedule.ts';
import { nextTurn, type Turn, type Turns } from './turns.ts';
import { type Opening, openingAt, type Window } from './window.ts';
import { DAY, MINUTE } from './zone.ts';

export interface TurnRules {
  readonly schedule: Schedule;
  /** Milliseconds by which this device runs after the due instant. */
  readonly jitter: number;
  readonly window?: Window | undefined;
  readonly missed: 'run' | 'skip';
}

/** A turn that waits to begin. */
export interface Waiting extends Turn {
  /** Due instant and jitter. */
  readonly planned: number;
  /** It was seen so late that the device must have been off, or without time. */
  readonly missed: boolean;
  /** From here on it is given up. */
  readonly until: number;
}

export type Verdict =
  | { readonly what: 'begin' }
  | { readonly what: 'wait'; readonly why: string }
  | { readonly what: 'skip'; readonly why: string };

/** The loop looks at least once a minute; a busy machine may be late. */
const LATE = 2 * MINUTE;

export function waitingFor(turn: Turn, rules: TurnRules, turns: Turns, now: number): Waiting {
  const planned = turn.due + rules.jitter;
  const missed = now - planned > LATE;
  const opening = rules.window && openingAt(rules.window, planned);
  const usual = opening === undefined ? planned + DAY : opening.end;
  const until = missed ? Math.max(usual, planned + DAY) : usual;
  return { ...turn, planned, missed, until: Math.min(until, beginOfNext(turn, rules, turns)) };
}

/** Where the next turn may begin: its planned time, or the opening in which that lies. */
function beginOfNext(turn: Turn, { schedule, jitter, window }: TurnRules, turns: Turns): number {
  const next = nextTurn(schedule, turns, turn.due);
  if (next === undefined) return Number.POSITIVE_INFINITY;
  const planned = next + jitter;
  if (window === undefined) return planned;
  const mine = turn.due + jitter;
  const [own, opening] = [openingAt(window, mine), openingAt(window, planned)];
  const share = own !== undefined && own.begin <= mine && own.begin === opening?.begin;
  return share ? planned : Math.min(planned, opening?.begin ?? planned);
}

export function verdictOn(waiting: Waiting, rules: TurnRules, now: number): Verdict {
  if (waiting.missed && rules.missed === 'skip') return skip('missed, and `missed` is skip');
  if (now >= waiting.until)
    return skip(waiting.missed ? 'missed for too long' : 'its time is over');
  if (rules.window === undefined) return { what: 'begin' };
  const opening = openingAt(rules.window, now);
  return byOpening(opening, rules.window, waiting, now);
}

function byOpening(
  opening: Opening | undefined,
  { name }: Window,
  { until }: Waiting,
  now: number,
): Verdict {
  if (opening === undefined || opening.begin >= until) {
    return skip(`window ${name} does not open in time`);
  }
  if (opening.begin <= now) return { what: 'begin' };
  return { what: 'wait', why: `window ${name} is closed` };
}

function skip(why: string): Verdict {
  return { what: 'skip', why };
}
