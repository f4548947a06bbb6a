/** A silence: its states, and what may change while it keeps its id. Pure. */
import { createMatcher, type LabelMatcher, type MatcherText, sameMatchers } from './matcher.ts';

/** As it is kept and shown. Times in UTC milliseconds. */
export interface SilenceRecord {
  readonly id: string;
  readonly matchers: readonly MatcherText[];
  readonly startsAt: number;
  readonly endsAt: number;
  readonly updatedAt: number;
  readonly createdBy: string;
  readonly comment: string;
}

export interface Silence extends SilenceRecord {
  readonly matchers: readonly LabelMatcher[];
}

export type SilenceState = 'pending' | 'active' | 'expired';

export function silenceState(silence: SilenceRecord, now: number): SilenceState {
  if (now < silence.startsAt) return 'pending';
  return now >= silence.endsAt ? 'expired' : 'active';
}

export function compileSilence(record: SilenceRecord): Silence {
  const matchers = record.matchers.map(({ name, op, value }) => createMatcher(name, op, value));
  return { ...record, matchers };
}

export type SilenceRefusal = 'unknown' | 'expired' | 'invalid';

export class SilenceError extends Error {
  override readonly name = 'SilenceError';
  readonly code: SilenceRefusal;

  constructor(code: SilenceRefusal, message: string) {
    super(message);
    this.code = code;
  }
}

export interface SilenceDraft {
  readonly id?: string;
  readonly matchers: readonly LabelMatcher[];
  readonly startsAt: number;
  readonly endsAt: number;
  readonly createdBy: string;
  readonly comment: string;
}

/** What is wrong with it, in Alertmanager's words; `undefined` when nothing is. */
export function refusalOf({ matchers, startsAt, endsAt }: SilenceDraft, now: number): string {
  if (matchers.length === 0) return 'invalid silence: at least one matcher required';
  if (matchers.every(({ matches }) => matches(''))) {
    return 'invalid silence: at least one matcher must not match the empty string';
  }
  if (endsAt <= startsAt) return 'Failed to create silence: start time must be before end time';
  if (endsAt < now) return "Failed to create silence: end time can't be in the past";
  return '';
}

/** Whether `next` may take the place of `before`, or needs an id of its own. */
function canReplace(before: Silence, next: SilenceDraft, now: number): boolean {
  if (!sameMatchers(before.matchers, next.matchers)) return false;
  const state = silenceState(before, now);
  if (state === 'active') return next.startsAt === before.startsAt && next.endsAt >= now;
  return state === 'pending' && next.startsAt >= now;
}

export interface SilenceChange {
  readonly id: string;
  /** In the order in which they must be kept. */
  readonly records: readonly Silence[];
}

/** Sets a silence: in place, or as a new one while the one before ends. */
export function setSilence(
  before: Silence | undefined,
  draft: SilenceDraft,
  newId: string,
  now: number,
): SilenceChange {
  const { matchers, endsAt, createdBy, comment } = draft;
  const given = { matchers, endsAt, createdBy, comment, updatedAt: now };
  if (before !== undefined && canReplace(before, draft, now)) {
    const record = { ...given, id: before.id, startsAt: draft.startsAt };
    return { id: before.id, records: [record] };
  }
  const record = { ...given, id: newId, startsAt: Math.max(draft.startsAt, now) };
  const ended = before === undefined ? undefined : expireSilence(before, now);
  return { id: newId, records: ended === undefined ? [record] : [ended, record] };
}

/** `undefined` when it is over already. */
export function expireSilence(silence: Silence, now: number): Silence | undefined {
  const state = silenceState(silence, now);
  if (state === 'expired') return undefined;
  const startsAt = state === 'pending' ? now : silence.startsAt;
  return { ...silence, startsAt, endsAt: now, updatedAt: now };
}

const RANK = { active: 0, pending: 1, expired: 2 } as const;

/** Active ones first, soonest to end; then pending by start; then expired, last ended first. */
export function compareSilences(a: SilenceRecord, b: SilenceRecord, now: number): number {
  const state = silenceState(a, now);
  const rank = RANK[state] - RANK[silenceState(b, now)];
  if (rank !== 0) return rank;
  if (state === 'active') return a.endsAt - b.endsAt;
  return state === 'pending' ? a.startsAt - b.startsAt : b.endsAt - a.endsAt;
}

/** Alertmanager's filter of lists: what is asked of each label that the silence names. */
export function filterAdmits(
  filter: readonly LabelMatcher[],
  lookUp: (name: string) => string | undefined,
): boolean {
  return filter.every(({ name, op, value, matches }) => {
    const found = lookUp(name);
    if (op === '!=' || op === '!~') {
      return (value === '' && found !== undefined) || matches(found ?? '');
    }
    if (value === '' && found === undefined) return true;
    return found !== undefined && matches(found);
  });
}
