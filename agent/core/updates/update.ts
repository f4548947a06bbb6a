/** One update: packages that change together, all of it durable in one piece; and its next step. Pure. */
import type { ReleaseManifest } from '../../../protocol/release.ts';
import type { UpdateCode } from './codes.ts';
import {
  isOver,
  UPDATE_TABLE,
  type UpdateEffect,
  type UpdateEventKind,
  type UpdateState,
} from './table.ts';

/** Where a package's program ran before the switch. */
export interface Evidence {
  readonly boot: string;
  /** Main process of the unit that is probed; 0 without one. */
  readonly pid: number;
}

export interface UpdateItem {
  readonly name: string;
  readonly manifest: ReleaseManifest;
  /** What was there; absent when nothing was. */
  readonly from?: ReleaseManifest;
  /** Path of the file that is installed, among the files of the manifest. */
  readonly file: string;
}

export interface Update {
  readonly id: string;
  readonly state: UpdateState;
  /** In the order in which they are installed. */
  readonly items: readonly UpdateItem[];
  /** From 1: how often this very set was tried. */
  readonly attempt: number;
  readonly startedAt: number;
  /** How often the agent has started in this state. */
  readonly starts: number;
  readonly linkWasUp: boolean;
  /** Filled in before the switch. */
  readonly evidence: Readonly<Record<string, Evidence>>;
  /** Of the first failure; what comes after it is its consequence. */
  readonly code?: UpdateCode;
  readonly why?: string;
}

export type UpdateEvent =
  | { readonly kind: 'done'; readonly evidence?: Readonly<Record<string, Evidence>> }
  | { readonly kind: 'failed' | 'cancelled'; readonly code: UpdateCode; readonly why: string }
  | { readonly kind: 'restarted' };

export interface UpdateStep {
  readonly update: Update;
  readonly effect: UpdateEffect;
}

/** A start or three may be chance, or power that comes and goes; the fourth is the release's doing. */
export const MOST_STARTS = 3;
/** Going back is tried longer than anything else. */
const MOST_STARTS_BACK = 10;

export function stepOf(update: Update, event: UpdateEvent): UpdateStep {
  const kind = kindOf(update, event);
  const [state, effect] = UPDATE_TABLE[update.state][kind];
  const starts = kind === 'restarted' ? update.starts + 1 : 0;
  const next = { ...update, state, starts: state === update.state ? starts : 0 };
  return {
    update: { ...next, ...evidenceOf(update, event), ...blame(update, event, kind) },
    effect,
  };
}

function kindOf({ state, starts }: Update, { kind }: UpdateEvent): UpdateEventKind {
  if (kind !== 'restarted' || isOver(state)) return kind;
  return starts >= (state === 'rolling-back' ? MOST_STARTS_BACK : MOST_STARTS) ? 'worn' : kind;
}

function evidenceOf({ evidence }: Update, event: UpdateEvent): Pick<Update, 'evidence'> {
  return { evidence: event.kind === 'done' && event.evidence ? event.evidence : evidence };
}

function blame(
  { state, code, why }: Update,
  event: UpdateEvent,
  kind: UpdateEventKind,
): Pick<Update, 'code' | 'why'> {
  const before = code === undefined ? {} : { code, ...(why === undefined ? {} : { why }) };
  if (isOver(state)) return before;
  if (state === 'probing' && kind === 'done') return { code: 'installed' };
  const isBack = state === 'rolling-back' && (kind === 'failed' || kind === 'worn');
  if (isBack) {
    const then = event.kind === 'failed' ? event.why : 'the agent ended too often in the middle';
    return { code: 'roll-back-failed', why: why === undefined ? then : `${then}; before: ${why}` };
  }
  if (code !== undefined || (state === 'switching' && kind === 'cancelled')) return before;
  if (event.kind === 'failed' || event.kind === 'cancelled') {
    return { code: event.code, why: event.why };
  }
  return kind === 'worn'
    ? { code: 'worn', why: `the agent ended again and again in ${state}` }
    : {};
}
