/**
 * The time, signed by the director for one device and one question, for devices without a clock.
 * The device draws the nonce; its answer cannot be older than the question.
 */
import { Buffer } from 'node:buffer';
import { granted, type Outcome, refused } from './attacks.ts';
import { integer, list, member, object, text, time, timeText, Unfit } from './fields.ts';
import { canonicalBytes, type JsonObject, readJson } from './json.ts';
import { type KeyPair, signBytes } from './keys.ts';
import type { Signature, Signers } from './metadata.ts';
import { checkSigned } from './verify.ts';

const FILE = 'time';
const MAX_BYTES = 2048;
const TYPE = 'muster-time';
export const NONCE = /^[0-9a-f]{16,64}$/;

export interface TimeQuestion {
  readonly device: string;
  /** Hexadecimal, 8 to 32 bytes, never used before. */
  readonly nonce: string;
}

export function signTime({ device, nonce }: TimeQuestion, now: number, keys: readonly KeyPair[]) {
  const signed = { _type: TYPE, version: 1, device, nonce, time: timeText(now) };
  const message = canonicalBytes(signed);
  const signatures = keys.map((key) => ({ keyid: key.keyid, sig: signBytes(key, message) }));
  return Buffer.from(JSON.stringify({ signatures, signed }));
}

/** UTC milliseconds, when it answers this question and the director's timestamp keys have signed it. */
export function readTime(
  bytes: Uint8Array,
  question: TimeQuestion,
  signers: Signers,
): Outcome<number> {
  const json = readJson(bytes, MAX_BYTES, FILE);
  if (!json.ok) return json;
  try {
    const whole = object(json.value, 'the statement');
    const signed = object(member(whole, 'signed'), 'signed');
    const signatures = list(member(whole, 'signatures'), 'signatures', 16).map((one) =>
      readSignature(object(one, 'a signature')),
    );
    const checked = checkSigned({ signatures, message: canonicalBytes(signed) }, signers, FILE);
    if (!checked.ok) return checked;
    if (member(signed, '_type') !== TYPE) return refused('wrong-target', FILE, 'it states no time');
    integer(member(signed, 'version'), 'version', 1, 1);
    if (member(signed, 'device') !== question.device) {
      return refused('replay', FILE, 'it was signed for another device');
    }
    if (member(signed, 'nonce') !== question.nonce) {
      return refused('freeze', FILE, 'it answers another question, and may be old');
    }
    return granted(time(member(signed, 'time'), 'time'));
  } catch (error) {
    if (!(error instanceof Unfit)) throw error;
    return refused('malicious-mirror', FILE, error.message);
  }
}

function readSignature(from: JsonObject): Signature {
  return {
    keyid: text(member(from, 'keyid'), 'keyid', /^[0-9a-f]{2,256}$/),
    sig: text(member(from, 'sig'), 'signature', /^[0-9a-f]{0,512}$/),
  };
}
