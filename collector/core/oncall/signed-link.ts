/**
 * The link in a message by which its reader acknowledges without logging in. It carries what it
 * allows and until when, under an HMAC (RFC 2104, SHA-256) with a key that only the collector has.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

export interface Grant {
  /** The notification whose alerts may be acknowledged. */
  readonly notification: string;
  /** UTC milliseconds. */
  readonly expiresAt: number;
}

export type Opened =
  | { readonly ok: true; readonly grant: Grant }
  | { readonly ok: false; readonly reason: 'malformed' | 'forged' | 'expired' };

/** Text for a path: base64url of the grant, a dot, base64url of the signature. */
export function sign(grant: Grant, key: Uint8Array): string {
  const content = Buffer.from(JSON.stringify([grant.notification, grant.expiresAt])).toString(
    'base64url',
  );
  return `${content}.${signature(content, key).toString('base64url')}`;
}

/** The signature is looked at before anything that it covers. */
export function open(token: string, key: Uint8Array, now: number): Opened {
  const [content = '', given = '', ...more] = token.split('.');
  const claimed = Buffer.from(given, 'base64url');
  if (content === '' || claimed.length !== 32 || more.length > 0)
    return { ok: false, reason: 'malformed' };
  if (!timingSafeEqual(claimed, signature(content, key))) return { ok: false, reason: 'forged' };
  const grant = read(content);
  if (grant === undefined) return { ok: false, reason: 'malformed' };
  return now < grant.expiresAt ? { ok: true, grant } : { ok: false, reason: 'expired' };
}

function signature(content: string, key: Uint8Array): Buffer {
  return createHmac('sha256', key).update(`muster acknowledge\n${content}`).digest();
}

function read(content: string): Grant | undefined {
  const parsed: unknown = JSON.parse(Buffer.from(content, 'base64url').toString());
  if (!Array.isArray(parsed)) return undefined;
  const [notification, expiresAt] = parsed as unknown[];
  if (typeof notification !== 'string' || typeof expiresAt !== 'number') return undefined;
  return { notification, expiresAt };
}
