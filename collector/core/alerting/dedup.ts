/** Whether a receiver has to be told: what it was told last, beside what is now. Pure. */

/** What one channel of a receiver was told last about one group. */
export interface LogEntry {
  readonly receiver: string;
  /** The channel within the receiver, e.g. `webhook_configs[0]`. */
  readonly integration: string;
  readonly groupKey: string;
  /** When it was told, UTC milliseconds. */
  readonly at: number;
  /** Fingerprints. */
  readonly firing: readonly string[];
  readonly resolved: readonly string[];
}

export interface GroupState {
  /** Fingerprints. */
  readonly firing: ReadonlySet<string>;
  readonly resolved: ReadonlySet<string>;
}

export interface DedupRules {
  readonly sendResolved: boolean;
  readonly repeatMs: number;
  readonly now: number;
}

export type UpdateReason = 'first' | 'firing' | 'resolved' | 'repeat';

/** Alertmanager's decision; `undefined` when nothing is to be told. */
export function needsUpdate(
  entry: LogEntry | undefined,
  { firing, resolved }: GroupState,
  { sendResolved, repeatMs, now }: DedupRules,
): UpdateReason | undefined {
  if (entry === undefined) return firing.size > 0 ? 'first' : undefined;
  if (!isSubset(firing, entry.firing)) return 'firing';
  if (firing.size === 0) {
    // Told even when resolved alerts are not sent: the log must forget what fired.
    return entry.firing.length > 0 ? 'resolved' : undefined;
  }
  if (sendResolved && !isSubset(resolved, entry.resolved)) return 'resolved';
  return entry.at < now - repeatMs ? 'repeat' : undefined;
}

export function sameStates(
  entry: Pick<LogEntry, 'firing' | 'resolved'>,
  { firing, resolved }: GroupState,
): boolean {
  return equalSets(firing, entry.firing) && equalSets(resolved, entry.resolved);
}

function equalSets(a: ReadonlySet<string>, b: readonly string[]): boolean {
  return a.size === b.length && b.every((one) => a.has(one));
}

function isSubset(part: ReadonlySet<string>, whole: readonly string[]): boolean {
  if (part.size > whole.length) return false;
  const known = new Set(whole);
  for (const one of part) if (!known.has(one)) return false;
  return true;
}
