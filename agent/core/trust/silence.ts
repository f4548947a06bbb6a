/** A device that hears nothing new cannot tell calm from somebody who drops its requests: it says so. */
import { type Refusal, refused } from '../../../protocol/tuf/attacks.ts';

export interface Contact {
  /** UTC milliseconds of the last check that went through, and of the first that did not after it. */
  readonly lastGood: number;
  readonly firstFailed: number | undefined;
}

/** Reported as an alarm, when checks have failed for longer than `limitMs` or none was made at all. */
export function silence(contact: Contact, now: number, limitMs: number): Refusal | undefined {
  const since = contact.firstFailed ?? contact.lastGood;
  if (now - since <= limitMs) return undefined;
  const detail = `no check for updates has gone through since ${new Date(contact.lastGood).toISOString()}`;
  return refused('drop-request', 'timestamp.json', detail).refusal;
}

/** What is known of the contact after one more check. */
export function afterCheck(contact: Contact, now: number, good: boolean): Contact {
  if (good) return { lastGood: now, firstFailed: undefined };
  return { ...contact, firstFailed: contact.firstFailed ?? now };
}
