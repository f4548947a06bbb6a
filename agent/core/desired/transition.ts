/** One step of `desired`: the table decides, this moves the data. Pure. */
import type { DesiredOutcome, RefusedPath } from '../../../protocol/messages/reported.ts';
import type { FlagValue, Tree } from '../../../protocol/messages/tree.ts';
import type { Standing } from './judge.ts';
import { type DesiredState, type Flags, inForce } from './state.ts';
import { DESIRED_TABLE, type DesiredAction, type DesiredEventKind } from './table.ts';

/** A third start during one trial may be chance; the fourth is the configuration's doing. */
const MOST_STARTS = 3;

/** What a version of `desired` says, as far as it concerns the configuration and the flags. */
export interface Wanted {
  readonly version: number;
  readonly config: Tree;
  readonly graceMs: number;
  readonly flags: Readonly<Record<string, FlagValue>>;
}

export type DesiredEvent =
  | {
      readonly kind: 'wanted';
      readonly wanted: Wanted;
      readonly standing: Standing;
      /** A version that was refused may be looked at again: the device's own file may be another. */
      readonly again: boolean;
      /** Whether what is in force is really applied; the device's own file may not take it. */
      readonly fits: boolean;
    }
  | { readonly kind: 'started' }
  | { readonly kind: 'unfit'; readonly problems: readonly RefusedPath[] }
  | { readonly kind: 'good' }
  | { readonly kind: 'bad'; readonly why: string };

export interface DesiredStep {
  readonly state: DesiredState;
  readonly actions: readonly DesiredAction[];
}

export function transition(state: DesiredState, event: DesiredEvent): DesiredStep {
  const kind = kindOf(state, event);
  const [outcome, ...actions] = DESIRED_TABLE[state.outcome][kind];
  return { state: moved(state, event, kind, outcome), actions };
}

function kindOf(state: DesiredState, event: DesiredEvent): DesiredEventKind {
  if (event.kind === 'started') {
    return (state.trial?.starts ?? 0) >= MOST_STARTS ? 'worn' : 'started';
  }
  if (event.kind !== 'wanted') return event.kind;
  const { version, config } = event.wanted;
  const isRefused = version === state.seen && state.outcome === 'refused';
  if (version <= state.seen && !(isRefused && event.again)) return 'repeat';
  const isSame = JSON.stringify(config) === JSON.stringify(inForce(state).config);
  return isSame && event.fits ? 'same' : 'newer';
}

function moved(
  state: DesiredState,
  event: DesiredEvent,
  kind: DesiredEventKind,
  outcome: DesiredOutcome,
): DesiredState {
  const { trial } = state;
  if (event.kind === 'wanted') return taken(state, event, kind, outcome);
  if (trial === undefined) return state;
  switch (kind) {
    case 'started':
      return { ...state, trial: { ...trial, starts: trial.starts + 1 } };
    case 'good': {
      const { version, config } = trial;
      return { ...state, outcome, kept: { version, config }, trial: undefined };
    }
    default:
      return { ...state, outcome, problems: problemsOf(event), trial: undefined };
  }
}

function taken(
  state: DesiredState,
  { wanted, standing }: Extract<DesiredEvent, { kind: 'wanted' }>,
  kind: DesiredEventKind,
  outcome: DesiredOutcome,
): DesiredState {
  if (kind === 'repeat') return state;
  const { version, config, graceMs } = wanted;
  const { trial, kept } = state;
  const next = { ...state, seen: version, outcome, problems: [], flags: flagsOf(state, wanted) };
  if (kind === 'same') {
    return trial === undefined
      ? { ...next, kept: { ...kept, version } }
      : { ...next, trial: { ...trial, version } };
  }
  const before = trial?.before ?? standing;
  return { ...next, trial: { version, config, graceMs, before, starts: 0 } };
}

/**
 * Flags are taken at once, whatever becomes of the configuration: a switch that stops something
 * must not wait for a trial, nor be undone by its end.
 */
function flagsOf({ flags }: DesiredState, { version, flags: values }: Wanted): Flags {
  return sorted(values) === sorted(flags.values) ? flags : { version, values };
}

function problemsOf(event: DesiredEvent): readonly RefusedPath[] {
  if (event.kind === 'unfit') return event.problems;
  const why =
    event.kind === 'bad' ? event.why : 'the agent ended several times while it watched it';
  return [{ path: '', message: why }];
}

function sorted(values: Readonly<Record<string, FlagValue>>): string {
  return JSON.stringify(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
}
