/** The time that expiry is judged by: never before what the director has signed. */
import { Buffer } from 'node:buffer';
import type { Outcome } from '../../../protocol/tuf/attacks.ts';
import { MAX_BYTES } from '../../../protocol/tuf/metadata.ts';
import { readMetadata } from '../../../protocol/tuf/read.ts';
import { readTime, type TimeQuestion } from '../../../protocol/tuf/time-statement.ts';
import { signersOf } from '../../../protocol/tuf/verify.ts';
import type { TrustState } from './trusted.ts';

export interface OwnClock {
  /** UTC milliseconds, as the machine believes. */
  readonly wall: number;
  /** Somebody has set it: NTP, a battery, the collector. */
  readonly known: boolean;
}

/** The clock, unless a newer time was signed: a clock that goes back would bring old metadata back. */
export function trustedNow({ wall }: OwnClock, { signedTime }: TrustState): number {
  return Math.max(wall, signedTime);
}

/** The director's answer to a question for the time; from here on no earlier time is believed. */
export function attested(
  state: TrustState,
  bytes: Uint8Array,
  question: TimeQuestion,
): { readonly state: TrustState; readonly outcome: Outcome<number> } {
  const root = readMetadata('root', Buffer.from(state.director.root), MAX_BYTES.root, 'root');
  if (!root.ok) return { state, outcome: root };
  const outcome = readTime(bytes, question, signersOf(root.value.signed, 'timestamp'));
  if (!outcome.ok) return { state, outcome };
  return { state: { ...state, signedTime: Math.max(state.signedTime, outcome.value) }, outcome };
}
