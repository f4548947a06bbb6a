/**
 * The table of an installation: (state, event) -> state and effect. Each state is durable before its
 * effect begins, and each effect may be repeated; so what a crash interrupted is done again, and
 * nothing here waits or touches anything.
 */

export const UPDATE_STATES = [
  'planned',
  'fetching',
  'verifying',
  'installing',
  'switching',
  'probing',
  'rolling-back',
  'committed',
  'rolled-back',
  'failed',
] as const;
export type UpdateState = (typeof UPDATE_STATES)[number];

/**
 * `done`, `failed`: how the state's effect ended. `restarted`: the agent starts and finds it so.
 * `worn`: it starts once too often in one state. `cancelled`: it is not wanted any more.
 */
export const UPDATE_EVENTS = ['done', 'failed', 'restarted', 'worn', 'cancelled'] as const;
export type UpdateEventKind = (typeof UPDATE_EVENTS)[number];

/**
 * `check`: lock, space. `fetch` and `verify`: files. `install`: lays it beside what runs. `switch`:
 * makes it what runs. `probe`: watches it. `undo`: brings the old version back. `discard`: takes
 * away what was laid beside. `keep`: notes the new version, prunes old ones. `none`: goes on
 * with what is under way.
 */
export type UpdateEffect =
  | 'check'
  | 'fetch'
  | 'verify'
  | 'install'
  | 'switch'
  | 'probe'
  | 'undo'
  | 'discard'
  | 'keep'
  | 'none';

type Step = readonly [UpdateState, UpdateEffect];
type Row = Readonly<Record<UpdateEventKind, Step>>;

/** Nothing that runs was touched yet: going back is throwing away. */
const before = (state: UpdateState, again: UpdateEffect, next: Step): Row => ({
  done: next,
  failed: ['failed', 'discard'],
  restarted: [state, again],
  worn: ['failed', 'discard'],
  cancelled: ['failed', 'discard'],
});

/** Over; its last effect may have been cut off. */
const over = (state: UpdateState, effect: UpdateEffect): Row => ({
  done: [state, 'none'],
  failed: [state, 'none'],
  restarted: [state, effect],
  worn: [state, effect],
  cancelled: [state, 'none'],
});

export const UPDATE_TABLE: Readonly<Record<UpdateState, Row>> = {
  planned: before('planned', 'check', ['fetching', 'fetch']),
  fetching: before('fetching', 'fetch', ['verifying', 'verify']),
  verifying: before('verifying', 'verify', ['installing', 'install']),
  installing: before('installing', 'install', ['switching', 'switch']),
  switching: {
    done: ['probing', 'probe'],
    failed: ['rolling-back', 'undo'],
    restarted: ['switching', 'switch'],
    worn: ['rolling-back', 'undo'],
    // Half a switch is no state to stop in.
    cancelled: ['switching', 'none'],
  },
  probing: {
    done: ['committed', 'keep'],
    failed: ['rolling-back', 'undo'],
    restarted: ['probing', 'probe'],
    worn: ['rolling-back', 'undo'],
    cancelled: ['rolling-back', 'undo'],
  },
  'rolling-back': {
    done: ['rolled-back', 'discard'],
    // The driver has tried it several times; what is left is to say so.
    failed: ['failed', 'discard'],
    restarted: ['rolling-back', 'undo'],
    worn: ['failed', 'discard'],
    cancelled: ['rolling-back', 'none'],
  },
  committed: over('committed', 'keep'),
  'rolled-back': over('rolled-back', 'discard'),
  failed: over('failed', 'discard'),
};

export type OverState = 'committed' | 'rolled-back' | 'failed';

export function isOver(state: UpdateState): state is OverState {
  return state === 'committed' || state === 'rolled-back' || state === 'failed';
}
