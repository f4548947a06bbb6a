/** From bytes to the fields of a message, by the rules that all messages share. */
import { decodeCbor } from '../cbor/decode.ts';
import { Fields } from '../cbor/fields.ts';
import { MAJOR } from '../cbor/reader.ts';
import { PROTOCOL_VERSION } from '../limits.ts';
import { type Result, refuse } from '../result.ts';

/** Key of the version, the first entry of every message. */
const VERSION = 0;
/** Initial byte of an unsigned integer whose value is the next byte. */
const ONE_BYTE = 0x18;

/**
 * A version above ours is its own error: not poison, but a message for a newer program. It is
 * looked at before the rest, which may then hold what we know nothing of.
 */
export function openMessage(bytes: Uint8Array, name: string): Result<Fields> {
  const version = leadingVersion(bytes);
  if (version > PROTOCOL_VERSION) return refuse('unknown-version', `${name} version ${version}`);
  const decoded = decodeCbor(bytes);
  if (!decoded.ok) return decoded;
  const fields = new Fields(decoded.value, name);
  if (fields.int(VERSION, { min: 1 }) > PROTOCOL_VERSION) {
    fields.fail('unknown-version', `${name}.${VERSION}`);
  }
  return fields.done(fields);
}

/**
 * The version if the message begins with it in a form that we know, else 0. This runs before
 * anything is checked, on the few bytes that it looks at.
 */
export function leadingVersion(bytes: Uint8Array): number {
  const map = bytes[0] ?? 0;
  const version = bytes[2] ?? 0;
  if (map >> 5 !== MAJOR.map || (map & 31) > 23 || bytes[1] !== VERSION) return 0;
  if (version === ONE_BYTE) return bytes[3] ?? 0;
  return version < ONE_BYTE ? version : 0;
}
