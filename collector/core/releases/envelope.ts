/** Metadata that is being written: what is signed, and the signatures gathered so far. */
import {
  canonicalBytes,
  canonicalJson,
  type JsonObject,
  readJson,
} from '../../../protocol/tuf/json.ts';
import { type KeyPair, signBytes } from '../../../protocol/tuf/keys.ts';
import type { Signature, Signers } from '../../../protocol/tuf/metadata.ts';
import { goodSignatures } from '../../../protocol/tuf/verify.ts';

export interface Draft {
  readonly signed: JsonObject;
  readonly signatures: readonly Signature[];
}

const MAX_BYTES = 8 * 1024 * 1024;

export function unsigned(signed: JsonObject): Draft {
  return { signed, signatures: [] };
}

/** A second signature of the same key replaces the first. */
export function signedWith(draft: Draft, key: KeyPair): Draft {
  const sig = signBytes(key, canonicalBytes(draft.signed));
  const others = draft.signatures.filter(({ keyid }) => keyid !== key.keyid);
  return { ...draft, signatures: [...others, { keyid: key.keyid, sig }] };
}

/** The bytes of the file: canonical, so that the same state gives the same bytes. */
export function draftBytes({ signed, signatures }: Draft): Uint8Array {
  const list = signatures.map(({ keyid, sig }) => ({ keyid, sig }));
  return canonicalBytes({ signatures: list, signed });
}

export function readDraft(bytes: Uint8Array): Draft | { readonly problem: string } {
  const json = readJson(bytes, MAX_BYTES, 'metadata');
  if (!json.ok) return { problem: json.refusal.detail };
  const whole = json.value as Partial<Draft> | null;
  const { signed, signatures } = whole ?? {};
  const good =
    typeof signed === 'object' &&
    Array.isArray(signatures) &&
    signatures.every((one) => typeof one?.keyid === 'string' && typeof one?.sig === 'string');
  return good ? { signed, signatures } : { problem: 'it is no signed metadata' };
}

export function sameContent(a: Draft, b: Draft): boolean {
  return canonicalJson(a.signed) === canonicalJson(b.signed);
}

/** Adds what others have signed; their signatures must be good and of keys that may sign. */
export function merged(draft: Draft, others: readonly Signature[], signers: Signers): Draft {
  const message = canonicalBytes(draft.signed);
  const good = others.filter(
    (one) => goodSignatures({ signatures: [one], message }, signers).size > 0,
  );
  const ids = new Set(good.map(({ keyid }) => keyid));
  return {
    ...draft,
    signatures: [...draft.signatures.filter(({ keyid }) => !ids.has(keyid)), ...good],
  };
}

/** How many signatures are still to come. */
export function missing(draft: Draft, signers: Signers): number {
  const message = canonicalBytes(draft.signed);
  const { size } = goodSignatures({ signatures: draft.signatures, message }, signers);
  return Math.max(0, signers.threshold - size);
}
