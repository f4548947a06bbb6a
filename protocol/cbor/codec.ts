/**
 * CBOR in and out, by cbor-x behind our guard.
 *
 * Maps stay `Map`s: integer keys keep their type and a key named `__proto__` is only a key.
 */
import { Decoder, Encoder } from 'cbor-x';
import { accept, refuse, type Result } from '../result.ts';
import { guard } from './guard.ts';

/** What our messages are made of, before a message type gives it meaning. */
export type CborValue =
  | number
  | bigint
  | string
  | boolean
  | null
  | Uint8Array
  | readonly CborValue[]
  | ReadonlyMap<number | string, CborValue>;

const encoder = new Encoder({ useRecords: false, variableMapSize: true, mapsAsObjects: false, tagUint8Array: false });
const decoder = new Decoder({ useRecords: false, mapsAsObjects: false });

/** Largest magnitude that cbor-x writes as an integer when given a plain number. */
const PLAIN_INTEGER = 2 ** 32;

export function encodeCbor(value: CborValue): Uint8Array {
  return encoder.encode(value);
}

/** Decodes one item. Byte strings in the result are views into `bytes`. */
export function decodeCbor(bytes: Uint8Array): Result<CborValue> {
  const problem = guard(bytes);
  if (problem !== undefined) return { ok: false, error: problem };
  try {
    return accept(decoder.decode(bytes) as CborValue);
  } catch {
    // The guard leaves nothing that should throw; if the library disagrees, the bytes lose.
    return refuse('unsupported-item', 'decoder');
  }
}

/** An integer in the form that cbor-x writes as an integer at any size, not as a float. */
export function integer(value: number): number | bigint {
  return Math.abs(value) < PLAIN_INTEGER ? value : BigInt(value);
}
