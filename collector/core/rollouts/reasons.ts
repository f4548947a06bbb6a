/** Why a device of a rollout is not updated: each such device has exactly one of these. Declared once. */
export const REASONS = {
  'stage-waits': 'its stage has not begun',
  'not-staged': 'no stage of the rollout takes it',
  excluded: 'the rollout file excludes it',
  offline: 'it is not online',
  window: 'it is outside the maintenance window',
  'other-rollout': 'another rollout of the package has it',
  'wrong-architecture': 'the release has no file for its architecture',
  'architecture-unknown': 'it has not told its architecture, and the release has several',
  newer: 'it has a newer version, and the rollout takes nothing back',
  already: 'it has the version already',
  turn: 'its turn has not come: so many at the same time, or in a minute, are allowed',
  paused: 'the rollout is paused',
  stopped: 'a gate has stopped the rollout before its turn',
  updating: 'it was told and has not ended yet',
  held: 'it was told and holds the update back for now: its own words say why',
  retrying: 'an attempt failed and the next one waits',
  failed: 'every attempt failed',
  silent: 'it was told, and said nothing before the deadline',
  'fell-back': 'it was updated and went back by itself later',
  reverting: 'it was told to go back and has not ended yet',
  reverted: 'it was taken back',
  'revert-failed': 'it was told to go back and did not',
  aborted: 'the rollout was aborted before it ended',
  expired: 'the rollout ended before it could begin',
  forgotten: 'the device was forgotten',
} as const;

export type Reason = keyof typeof REASONS;
export const REASON_NAMES = Object.keys(REASONS) as readonly Reason[];
