/**
 * The state machine of `desired` as a table: what became of the newest version, and what is to be
 * done next. Data is moved by `transition.ts`; nothing here waits or touches anything.
 */
import type { DesiredOutcome } from '../../../protocol/messages/reported.ts';

/**
 * `newer`: a version with another configuration than the one in force. `same`: one with that very
 * configuration. `repeat`: one that was seen. `started`: the agent starts. `worn`: it starts once
 * too often during one trial. `unfit`: the trial could not be applied. `good`, `bad`: the verdict
 * on a trial at the end of its time.
 */
export type DesiredEventKind =
  | 'newer'
  | 'same'
  | 'repeat'
  | 'started'
  | 'worn'
  | 'unfit'
  | 'good'
  | 'bad';

/** `apply`: lay what is in force over the device's file. `watch`: begin the time of grace. */
export type DesiredAction = 'apply' | 'watch' | 'tell';

type Step = readonly [DesiredOutcome, ...(readonly DesiredAction[])];
type Row = Readonly<Record<DesiredEventKind, Step>>;

/** No trial runs, so no verdict is expected: one that comes late changes nothing. */
const settled = (outcome: DesiredOutcome): Row => ({
  newer: ['trying', 'apply', 'watch'],
  same: ['applied', 'tell'],
  repeat: [outcome],
  started: [outcome, 'apply'],
  worn: [outcome, 'apply'],
  unfit: [outcome],
  good: [outcome],
  bad: [outcome],
});

export const DESIRED_TABLE: Readonly<Record<DesiredOutcome, Row>> = {
  none: settled('none'),
  trying: {
    // Takes the place of the trial under way; what both go back to is what was kept before.
    newer: ['trying', 'apply', 'watch'],
    same: ['trying'],
    repeat: ['trying'],
    started: ['trying', 'apply', 'watch'],
    worn: ['rolled-back', 'apply', 'tell'],
    unfit: ['refused', 'apply', 'tell'],
    good: ['applied', 'tell'],
    bad: ['rolled-back', 'apply', 'tell'],
  },
  applied: settled('applied'),
  refused: settled('refused'),
  'rolled-back': settled('rolled-back'),
};
