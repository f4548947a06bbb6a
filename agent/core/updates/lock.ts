/** The update lock: an application asks for a while in which nothing is switched under it. */
export interface LockFile {
  /** Who holds it: the file's name. */
  readonly name: string;
  /** Its first line, for people. */
  readonly text: string;
  /** Since it was last written. A clock that was set may make it negative. */
  readonly ageMs: number;
}

/** A lock that nobody renews is one of a program that is gone. */
const LONGEST_LOCK_MS = 3_600_000;

/** Who holds an update back, in words; `undefined` when nobody does. */
export function heldBy(locks: readonly LockFile[]): string | undefined {
  const held = locks.filter(({ ageMs }) => Math.abs(ageMs) <= LONGEST_LOCK_MS);
  if (held.length === 0) return undefined;
  return held.map(({ name, text }) => (text === '' ? name : `${name} (${text})`)).join(', ');
}
