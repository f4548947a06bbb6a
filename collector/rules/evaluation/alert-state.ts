/**
 * The life of one alert as a table: (state, what the evaluation saw) -> state. Times are UTC
 * milliseconds of evaluations, so zones and summer time mean nothing here.
 *
 *             present              absent                    held
 *   (none)    pending or firing    -                         -
 *   pending   pending or firing    gone                      pending
 *   firing    firing               keeping or resolved       firing
 *   keeping   firing               keeping or resolved       keeping
 *   resolved  pending or firing    resolved, gone after 15m  resolved
 *
 * `keeping` is what keep_firing_for asks for: to everybody else it is firing. `held` means that
 * nobody can know whether the alert is over, because the device it is about is silent.
 */
import type { LabelSet } from '../../core/label-set.ts';
import type { Texts } from '../model.ts';

export type AlertState = 'pending' | 'firing' | 'keeping' | 'resolved';
export type Observation = 'present' | 'absent' | 'held';

/** How long a resolved alert is told again and again, in case somebody missed it. */
export const RESOLVED_RETENTION_MS = 15 * 60_000;

export interface AlertInstance {
  /** `alertname` among them. */
  readonly labels: LabelSet;
  readonly annotations: Texts;
  readonly value: number;
  readonly state: AlertState;
  readonly activeAt: number;
  /** Since it left `pending`; absent while in it. */
  readonly firedAt?: number;
  readonly keepingSince?: number;
  readonly resolvedAt?: number;
  /** When it was last handed on; not part of its state, so that a restart tells it again. */
  readonly sentAt?: number;
}

export interface Patience {
  readonly holdMs: number;
  readonly keepFiringMs: number;
}

/** What has run out by now. */
interface Elapsed {
  readonly hold: boolean;
  readonly keep: boolean;
  readonly retention: boolean;
}

type Next = (elapsed: Elapsed) => AlertState | undefined;

const begin: Next = ({ hold }) => (hold ? 'firing' : 'pending');
const stay =
  (state: AlertState): Next =>
  () =>
    state;
const end: Next = ({ keep }) => (keep ? 'resolved' : 'keeping');

const TABLE: Readonly<Record<AlertState, Readonly<Record<Observation, Next>>>> = {
  pending: { present: begin, absent: () => undefined, held: stay('pending') },
  firing: { present: stay('firing'), absent: end, held: stay('firing') },
  keeping: { present: stay('firing'), absent: end, held: stay('keeping') },
  resolved: {
    present: begin,
    absent: ({ retention }) => (retention ? undefined : 'resolved'),
    held: stay('resolved'),
  },
};

/** An alert that was not known, or that was resolved, begins. */
export function begun(
  { labels, annotations, value }: Pick<AlertInstance, 'labels' | 'annotations' | 'value'>,
  now: number,
  { holdMs }: Patience,
): AlertInstance {
  const state = begin({ hold: holdMs <= 0, keep: false, retention: false }) ?? 'pending';
  const fired = state === 'firing' ? { firedAt: now } : {};
  return { labels, annotations, value, state, activeAt: now, ...fired };
}

/** The alert after an evaluation at `now`; `undefined` when nothing is left of it. */
export function advance(
  alert: AlertInstance,
  seen: Observation,
  now: number,
  patience: Patience,
): AlertInstance | undefined {
  if (alert.state === 'resolved' && seen === 'present') return begun(alert, now, patience);
  const next = TABLE[alert.state][seen](elapsed(alert, now, patience));
  if (next === undefined) return undefined;
  return next === alert.state ? alert : enter(alert, next, now);
}

export function isFiring({ state }: AlertInstance): boolean {
  return state === 'firing' || state === 'keeping';
}

function elapsed(alert: AlertInstance, now: number, patience: Patience): Elapsed {
  const keepingSince = alert.keepingSince ?? now;
  return {
    hold: now - alert.activeAt >= patience.holdMs,
    keep: now - keepingSince >= patience.keepFiringMs,
    retention: now - (alert.resolvedAt ?? now) > RESOLVED_RETENTION_MS,
  };
}

function enter(alert: AlertInstance, state: AlertState, now: number): AlertInstance {
  const { keepingSince: _, ...rest } = alert;
  switch (state) {
    case 'pending':
      return { ...rest, state };
    case 'firing':
      return { ...rest, state, firedAt: alert.firedAt ?? now };
    case 'keeping':
      return { ...rest, state, keepingSince: now };
    case 'resolved':
      return { ...rest, state, resolvedAt: now };
  }
}
