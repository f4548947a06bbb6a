/**
 * One command for one device: what it waits for, when it is sent again, and how it ends. Sessions
 * are clean, so a broker keeps nothing for a device that is away; what is sent again is answered by
 * the device from its record.
 */
import { isEnd, type ResultState } from '../../../protocol/messages/command-result.ts';

/**
 * `waiting`: not sent since the device is away. `sent`: nothing heard yet. `expired`: the deadline
 * passed, here or there. `cancelled`: taken back here before the device was known to have begun.
 */
export const TARGET_STATES = [
  'waiting',
  'sent',
  'accepted',
  'running',
  'succeeded',
  'failed',
  'refused',
  'expired',
  'cancelled',
] as const;
export type TargetState = (typeof TARGET_STATES)[number];

export interface Target {
  readonly device: string;
  readonly state: TargetState;
  /** How often it was sent. */
  readonly attempts: number;
  /** UTC milliseconds; 0 while nothing happened. */
  readonly sentAt: number;
  readonly endedAt: number;
  /** One line for people: the device's, or ours. */
  readonly text: string;
  /** Position of the last message of the device, -1 before the first. */
  readonly part: number;
}

export interface TargetResult {
  readonly state: ResultState;
  readonly part: number;
  readonly text: string;
}

export type Counts = Readonly<Record<TargetState, number>>;

const FIRST_MS = 30_000;
const LONGEST_MS = 600_000;
/** What was begun before the deadline may end so long after it. */
export const LATE_MS = 3_600_000;

export function newTarget(device: string): Target {
  return { device, state: 'waiting', attempts: 0, sentAt: 0, endedAt: 0, text: '', part: -1 };
}

export function isOver(state: TargetState): boolean {
  return state !== 'waiting' && state !== 'sent' && state !== 'accepted' && state !== 'running';
}

/** Who has begun is asked again seldom: only a lost result is then to be fetched. */
export function retryDelay({ state, attempts }: Target): number {
  if (state === 'accepted' || state === 'running') return LONGEST_MS;
  return attempts === 0 ? 0 : Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempts - 1, 10));
}

export function sent(target: Target, now: number): Target {
  const state = target.state === 'waiting' ? 'sent' : target.state;
  return { ...target, state, attempts: target.attempts + 1, sentAt: now };
}

/**
 * What a device said of it. Its word counts over ours: what expired or was cancelled here may have
 * been done there all the same. `undefined` when it changes nothing.
 */
export function answered(target: Target, result: TargetResult, now: number): Target | undefined {
  const { state } = target;
  if (state === 'succeeded' || state === 'failed' || state === 'refused') return undefined;
  const ends = isEnd(result.state);
  if (!ends && (isOver(state) || result.part <= target.part)) return undefined;
  if (state === 'expired' && result.state === 'expired') return undefined;
  const { text, part } = result;
  return { ...target, state: result.state, text, part, endedAt: ends ? now : 0 };
}

/** What the deadline makes of it; `undefined` when it changes nothing yet. */
export function expire(target: Target, deadline: number, now: number): Target | undefined {
  if (isOver(target.state) || now < deadline) return undefined;
  const begun = target.state === 'accepted' || target.state === 'running';
  if (begun && now < deadline + LATE_MS) return undefined;
  return { ...target, state: 'expired', endedAt: now, text: WHY_EXPIRED[target.state] ?? '' };
}

const WHY_EXPIRED: Partial<Record<TargetState, string>> = {
  waiting: 'the device was away until the deadline',
  sent: 'the device did not answer before the deadline',
  accepted: 'begun, and its end was never heard',
  running: 'begun, and its end was never heard',
};

/** What has begun on the device goes on there. */
export function cancel(target: Target, now: number): Target | undefined {
  if (target.state !== 'waiting' && target.state !== 'sent') return undefined;
  const text = target.state === 'sent' ? 'cancelled after it was sent: it may have run' : '';
  return { ...target, state: 'cancelled', endedAt: now, text };
}

export function noCounts(): Record<TargetState, number> {
  return Object.fromEntries(TARGET_STATES.map((state) => [state, 0])) as Record<
    TargetState,
    number
  >;
}

/** Of those that ended, from 0 to 1; `undefined` while none has. */
export function successRate(counts: Counts): number | undefined {
  const ended = TARGET_STATES.filter(isOver).reduce((sum, state) => sum + counts[state], 0);
  return ended === 0 ? undefined : counts.succeeded / ended;
}

export function openCount(counts: Counts): number {
  return counts.waiting + counts.sent + counts.accepted + counts.running;
}
