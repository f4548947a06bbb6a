/** From bytes to the fields of a message, by the rules that all messages share. */
import { decodeCbor } from '../cbor/decode.ts';
import { Fields } from '../cbor/fields.ts';
import { CborReader, MAJOR } from '../cbor/reader.ts';
import { PROTOCOL_VERSION } from '../limits.ts';
import { type Result, refuse } from '../result.ts';

/** Key of the version, the first entry of every message. */
const VERSION = 0;

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

/** The version if the message begins with it, else 0. */
export function leadingVersion(bytes: Uint8Array): number {
  const reader = new CborReader(bytes);
  if (reader.head() !== MAJOR.map || reader.head() !== MAJOR.uint) return 0;
  if (reader.argument !== VERSION || reader.head() !== MAJOR.uint) return 0;
  return reader.error === undefined ? reader.argument : 0;
}
