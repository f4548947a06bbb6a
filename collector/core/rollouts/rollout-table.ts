/** A rollout: (state, event) -> state. What is not listed is refused. */
export const ROLLOUT_STATES = [
  'running',
  'paused',
  'reverting',
  'done',
  'stopped',
  'aborted',
  'reverted',
] as const;
export type RolloutState = (typeof ROLLOUT_STATES)[number];

/** `stop`: a gate did, and nothing is taken back; `back`: nobody is on the way back any more. */
export const ROLLOUT_EVENTS = [
  'pause',
  'resume',
  'abort',
  'stop',
  'revert',
  'back',
  'end',
] as const;
export type RolloutEvent = (typeof ROLLOUT_EVENTS)[number];

type Row = Readonly<Partial<Record<RolloutEvent, RolloutState>>>;

const ROLLOUT_TABLE: Readonly<Record<RolloutState, Row>> = {
  running: { pause: 'paused', abort: 'aborted', stop: 'stopped', revert: 'reverting', end: 'done' },
  paused: { resume: 'running', abort: 'aborted', revert: 'reverting', end: 'done' },
  // A gate has stopped it: a person may let it go on, or take it back.
  stopped: { resume: 'running', abort: 'aborted', revert: 'reverting', end: 'aborted' },
  reverting: { back: 'reverted', abort: 'aborted' },
  done: { revert: 'reverting' },
  aborted: { revert: 'reverting' },
  reverted: {},
};

export function stepRollout(state: RolloutState, event: RolloutEvent): RolloutState | undefined {
  return ROLLOUT_TABLE[state][event];
}

export function isEnded(state: RolloutState): boolean {
  return state === 'done' || state === 'aborted' || state === 'reverted';
}
