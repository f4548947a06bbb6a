/** A key pair as a file: the secret half is encrypted with a passphrase (scrypt, AES-256-GCM). */
import { Buffer } from 'node:buffer';
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { type KeyPair, keyId, keyPairOf } from '../../../protocol/tuf/keys.ts';

const FORMAT = 'muster-key-1';
const CIPHER = 'aes-256-gcm';
/** 128 MiB of memory for each guess. */
const COST = { N: 2 ** 17, r: 8, p: 1 } as const;
const MAX_MEMORY = 256 * 1024 * 1024;

interface Sealed {
  readonly kdf: 'scrypt';
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly salt: string;
  readonly cipher: typeof CIPHER;
  readonly iv: string;
  readonly tag: string;
  readonly data: string;
}

/** What anybody may know of a key. */
export interface PublicKey {
  readonly keyid: string;
  readonly public: string;
}

export type KeyProblem = { readonly problem: string };

export function sealKey(
  key: KeyPair,
  passphrase: string,
  cost: typeof COST | { N: number; r: number; p: number } = COST,
): string {
  const salt = randomBytes(16);
  const iv = randomBytes(12);
  const cipher = createCipheriv(CIPHER, derive(passphrase, salt, cost), iv);
  cipher.setAAD(Buffer.from(key.keyid));
  const data = Buffer.concat([cipher.update(key.secret, 'hex'), cipher.final()]);
  const sealed: Sealed = {
    kdf: 'scrypt',
    ...cost,
    salt: salt.toString('hex'),
    cipher: CIPHER,
    iv: iv.toString('hex'),
    tag: cipher.getAuthTag().toString('hex'),
    data: data.toString('hex'),
  };
  return `${JSON.stringify({ format: FORMAT, keyid: key.keyid, public: key.public, sealed }, undefined, 2)}\n`;
}

export function publicText({ keyid, public: publicKey }: PublicKey): string {
  return `${JSON.stringify({ format: FORMAT, keyid, public: publicKey }, undefined, 2)}\n`;
}

/** The public half: of a key file, or of what was made of it for others. */
export function readPublic(text: string): PublicKey | KeyProblem {
  const file = parse(text);
  if (file === undefined) return { problem: 'it is no key of muster' };
  const { public: publicKey } = file;
  return { keyid: keyId(publicKey), public: publicKey };
}

export function openKey(text: string, passphrase: string): KeyPair | KeyProblem {
  const file = parse(text);
  if (file === undefined) return { problem: 'it is no key of muster' };
  const { sealed } = file;
  if (sealed === undefined) return { problem: 'it holds the public half alone' };
  try {
    const { salt, iv, tag, data } = sealed;
    const key = derive(passphrase, Buffer.from(salt, 'hex'), sealed);
    const cipher = createDecipheriv(CIPHER, key, Buffer.from(iv, 'hex'));
    cipher.setAAD(Buffer.from(file.keyid));
    cipher.setAuthTag(Buffer.from(tag, 'hex'));
    const secret = Buffer.concat([cipher.update(data, 'hex'), cipher.final()]).toString('hex');
    const pair = keyPairOf(secret);
    return pair.public === file.public
      ? pair
      : { problem: 'its two halves do not belong together' };
  } catch {
    return { problem: 'the passphrase is wrong, or the file was changed' };
  }
}

function derive(
  passphrase: string,
  salt: Uint8Array,
  { N, r, p }: { N: number; r: number; p: number },
): Buffer {
  return scryptSync(passphrase.normalize('NFC'), salt, 32, { N, r, p, maxmem: MAX_MEMORY });
}

interface KeyFile extends PublicKey {
  readonly sealed?: Sealed;
}

function parse(text: string): KeyFile | undefined {
  try {
    const file = JSON.parse(text) as Partial<KeyFile> & { format?: string };
    const good = file.format === FORMAT && /^[0-9a-f]{64}$/.test(file.public ?? '');
    return good && typeof file.keyid === 'string' ? (file as KeyFile) : undefined;
  } catch {
    return undefined;
  }
}
