/** Metadata that is being written: what is signed, and the signatures gathered so far. */
import {
  canonicalBytes,
  canonicalJson,
  type Json,
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
  const { signed, signatures } = (json.value ?? {}) as { signed?: Json; signatures?: Json };
  if (!isObject(signed) || !Array.isArray(signatures)) return { problem: 'it is no metadata' };
  const list = (signatures as readonly Json[]).map(signatureOf);
  const good = list.filter((one) => one !== undefined);
  return good.length === list.length
    ? { signed, signatures: good }
    : { problem: 'a signature is malformed' };
}

function signatureOf(value: Json): Signature | undefined {
  if (!isObject(value)) return undefined;
  const { keyid, sig } = value;
  return typeof keyid === 'string' && typeof sig === 'string' ? { keyid, sig } : undefined;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text member of what is signed; empty when it is none. */
export function textMember({ signed }: Draft, name: string): string {
  const value = signed[name];
  return typeof value === 'string' ? value : '';
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
