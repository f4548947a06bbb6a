/** What names an alert, and what names a notification so that its receiver can tell repeats. */
import { createHash } from 'node:crypto';
import type { LabelSet } from '../label-set.ts';
import type { Alert } from './alert.ts';
import type { GroupState } from './dedup.ts';
import { fingerprint } from './fingerprint.ts';

/** An alert with its name. */
export interface TrackedAlert {
  readonly fingerprint: string;
  readonly alert: Alert;
}

/** Alerts are sent again and again with the same labels. */
const known = new WeakMap<LabelSet, string>();

export function fingerprintOf(labels: LabelSet): string {
  const before = known.get(labels);
  if (before !== undefined) return before;
  const made = fingerprint(labels);
  known.set(labels, made);
  return made;
}

/** The same facts have the same key, however often it is asked; `number` is never given twice. */
export function idempotencyKey(
  place: readonly string[],
  { firing, resolved }: GroupState,
  number: number,
): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([place, [...firing].sort(), [...resolved].sort(), number]));
  return hash.digest('hex').slice(0, 32);
}
