/** Ed25519 keys in the form of metadata, and what they sign. */
import { Buffer } from 'node:buffer';
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
} from 'node:crypto';
import { canonicalBytes, type JsonObject } from './json.ts';

/** SubjectPublicKeyInfo and PKCS #8 of Ed25519, before the 32 bytes. */
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

export interface KeyPair {
  readonly keyid: string;
  /** Hexadecimal, 32 bytes each. */
  readonly public: string;
  readonly secret: string;
}

/** A key as it stands in `keys`. */
export function keyObject(publicKey: string): JsonObject {
  return { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: publicKey } };
}

export function keyId(publicKey: string): string {
  return createHash('sha256')
    .update(canonicalBytes(keyObject(publicKey)))
    .digest('hex');
}

export function newKeyPair(): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(PUBLIC_PREFIX.length);
  const secret = privateKey
    .export({ format: 'der', type: 'pkcs8' })
    .subarray(PRIVATE_PREFIX.length);
  return {
    keyid: keyId(raw.toString('hex')),
    public: raw.toString('hex'),
    secret: secret.toString('hex'),
  };
}

/** The pair of a secret; the other half is computed. */
export function keyPairOf(secret: string): KeyPair {
  const raw = createPublicKey(privateKey(secret))
    .export({ format: 'der', type: 'spki' })
    .subarray(PUBLIC_PREFIX.length)
    .toString('hex');
  return { keyid: keyId(raw), public: raw, secret };
}

export function signBytes({ secret }: KeyPair, message: Uint8Array): string {
  return sign(null, message, privateKey(secret)).toString('hex');
}

/** Whether the signature is right; one that is no signature at all is wrong. */
export function verifyBytes(publicKey: string, message: Uint8Array, signature: string): boolean {
  const bytes = Buffer.from(signature, 'hex');
  if (bytes.length !== 64) return false;
  try {
    const der = Buffer.concat([PUBLIC_PREFIX, Buffer.from(publicKey, 'hex')]);
    return verify(null, message, createPublicKey({ key: der, format: 'der', type: 'spki' }), bytes);
  } catch {
    // Not every 32 bytes are a point of the curve.
    return false;
  }
}

function privateKey(secret: string) {
  const der = Buffer.concat([PRIVATE_PREFIX, Buffer.from(secret, 'hex')]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}
