/** A device within a rollout: (state, event) -> state and what is done. What is not listed changes nothing. */
import type { Reason } from './reasons.ts';

export const DEVICE_STATES = [
  'waiting',
  'updating',
  'held',
  'retrying',
  'succeeded',
  'failed',
  'reverting',
  'reverted',
  'skipped',
] as const;
export type DeviceState = (typeof DEVICE_STATES)[number];

export type DeviceEvent =
  | 'begin'
  | 'found'
  | 'unfit'
  | 'held'
  | 'resumed'
  | 'succeeded'
  | 'failed'
  | 'failed-last'
  | 'silent'
  | 'silent-last'
  | 'due'
  | 'fell-back'
  | 'retry'
  | 'revert'
  | 'back'
  | 'not-back'
  | 'abort'
  | 'expire'
  | 'forget';

/** `want`: the new version is wanted; `want-before`: what it had; `withdraw`: nothing more of this. */
export type DeviceEffect = 'want' | 'want-before' | 'withdraw';

export interface DeviceStep {
  readonly to: DeviceState;
  /** `undefined` for a device that is updated, and for one that waits: the moment says why. */
  readonly reason: Reason | undefined;
  readonly effect?: DeviceEffect;
}

type Row = Readonly<Partial<Record<DeviceEvent, DeviceStep>>>;

const forget = { to: 'skipped', reason: 'forgotten', effect: 'withdraw' } as const;
const revert = { to: 'reverting', reason: 'reverting', effect: 'want-before' } as const;
// What it had is wanted meanwhile, so that the next attempt is news to the device.
const retrying = { to: 'retrying', reason: 'retrying', effect: 'want-before' } as const;
const begin = { to: 'updating', reason: 'updating', effect: 'want' } as const;
const done = { to: 'succeeded', reason: undefined } as const;
const abort = { to: 'skipped', reason: 'aborted', effect: 'want-before' } as const;
// An attempt that ended.
const bad = {
  failed: retrying,
  'failed-last': { to: 'failed', reason: 'failed', effect: 'want-before' },
} as const;

export const DEVICE_TABLE: Readonly<Record<DeviceState, Row>> = {
  waiting: {
    begin,
    found: { to: 'skipped', reason: 'already' },
    unfit: { to: 'skipped', reason: 'wrong-architecture' },
    abort: { to: 'skipped', reason: 'aborted' },
    expire: { to: 'skipped', reason: 'expired' },
    forget: { to: 'skipped', reason: 'forgotten' },
  },
  updating: {
    held: { to: 'held', reason: 'held' },
    succeeded: done,
    ...bad,
    silent: retrying,
    'silent-last': { to: 'failed', reason: 'silent', effect: 'want-before' },
    ...{ revert, abort, forget },
  },
  // It was told, and says why it does not begin: no time runs against it.
  held: {
    held: { to: 'held', reason: 'held' },
    resumed: { to: 'updating', reason: 'updating' },
    succeeded: done,
    ...bad,
    expire: { to: 'skipped', reason: 'expired', effect: 'want-before' },
    ...{ revert, abort, forget },
  },
  retrying: {
    due: begin,
    // It was late, not lost.
    succeeded: done,
    'failed-last': { to: 'failed', reason: 'failed', effect: 'want-before' },
    silent: { to: 'failed', reason: 'silent', effect: 'want-before' },
    'silent-last': { to: 'failed', reason: 'silent', effect: 'want-before' },
    ...{ revert, abort, forget },
  },
  succeeded: {
    'fell-back': { to: 'failed', reason: 'fell-back', effect: 'want-before' },
    ...{ revert, forget },
  },
  failed: {
    retry: retrying,
    back: { to: 'reverted', reason: 'reverted' },
    ...{ revert, forget },
  },
  reverting: {
    held: { to: 'reverting', reason: 'held' },
    resumed: { to: 'reverting', reason: 'reverting' },
    back: { to: 'reverted', reason: 'reverted' },
    'not-back': { to: 'failed', reason: 'revert-failed' },
    forget,
  },
  reverted: { forget },
  skipped: {},
};

export function stepDevice(state: DeviceState, event: DeviceEvent): DeviceStep | undefined {
  return DEVICE_TABLE[state][event];
}

/** It has begun, and what comes next is awaited. */
export function isActive(state: DeviceState): boolean {
  return state === 'updating' || state === 'held' || state === 'retrying' || state === 'reverting';
}

/** It should have the new version, and has not ended yet. */
export function isUnderWay(state: DeviceState): boolean {
  return isActive(state) && state !== 'reverting';
}
