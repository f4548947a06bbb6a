/** Our CBOR held against an independent implementation: what we write is CBOR to others too. */
import { Decoder, Encoder } from 'cbor-x';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCbor } from '../../protocol/cbor/decode.ts';
import { encodeCbor } from '../../protocol/cbor/encode.ts';
import type { CborValue } from '../../protocol/cbor/values.ts';

const decoder = new Decoder({ mapsAsObjects: false, useRecords: false });
const encoder = new Encoder({
  mapsAsObjects: false,
  useRecords: false,
  variableMapSize: true,
  tagUint8Array: false,
});

const scalar: fc.Arbitrary<CborValue> = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 }),
  fc.maxSafeInteger(),
  fc.boolean(),
  fc.constant(null),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.uint8Array({ maxLength: 40 }),
);
const { value } = fc.letrec<{ value: CborValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc.array(tie('value'), { maxLength: 5 }),
    fc
      .dictionary(fc.string({ maxLength: 8 }), tie('value'), { maxKeys: 5 })
      .map((o) => new Map(Object.entries(o))),
  ),
}));

/** Integers beyond 32 bits come as bigints from the peer; byte strings as Buffers. */
function plain(item: unknown): unknown {
  if (typeof item === 'bigint') return Number(item);
  if (item instanceof Uint8Array) return [...item];
  if (Array.isArray(item)) return (item as unknown[]).map(plain);
  if (item instanceof Map)
    return [...(item as Map<unknown, unknown>)].map(([key, child]) => [key, plain(child)]);
  return item;
}

describe('CBOR beside cbor-x', () => {
  it('is read by it as we meant it', () => {
    fc.assert(
      fc.property(value, (item) => {
        expect(plain(decoder.decode(encodeCbor(item)))).toEqual(plain(item));
      }),
    );
  });

  it('reads what it writes', () => {
    const texts = fc.dictionary(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), {
      maxKeys: 8,
    });
    fc.assert(
      fc.property(texts, (object) => {
        const map = new Map(Object.entries(object));
        const decoded = decodeCbor(encoder.encode(map));
        if (!decoded.ok) throw new Error(decoded.error.code);
        expect(encodeCbor(map)).toEqual(Uint8Array.from(encoder.encode(map)));
      }),
    );
  });
});
