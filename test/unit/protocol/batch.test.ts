/** Batches survive the wire bit for bit. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Block,
  decodeBatch,
  decodeBody,
  encodeBatch,
  encodeBody,
  isPresent,
} from '../../../protocol/messages/batch.ts';
import type { Header } from '../../../protocol/messages/envelope.ts';
import type { SeriesDefinition } from '../../../protocol/messages/schema.ts';

const header: Header = {
  epoch: '0102030405060708',
  number: 7,
  low: 3,
  boot: 'aabbccddeeff0011',
  wall: 1_763_690_000_123,
  mono: 4_000_000_000_000,
  clock: 1,
};

function series(
  count: number,
  references: readonly (readonly [number, number] | undefined)[] = [],
): SeriesDefinition[] {
  return Array.from({ length: count }, (_, i) => {
    const reference = references[i];
    return {
      name: `series_${i}`,
      labels: [],
      type: 'gauge',
      unit: '',
      ...(reference === undefined
        ? {}
        : { reference: { mantissa: reference[0], scale: reference[1] } }),
    };
  });
}

function bits(values: Float64Array): BigUint64Array {
  return new BigUint64Array(values.buffer, values.byteOffset, values.length);
}

/** Any double by its bits: all NaN payloads, infinities, subnormals and -0 among them. */
const anyBits = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const nearby = fc
  .integer({ min: -1000, max: 1000 })
  .map((n) => new BigUint64Array(new Float64Array([n / 100]).buffer)[0] as bigint);
const counters = fc
  .integer({ min: 0, max: 2 ** 53 - 1 })
  .map((n) => new BigUint64Array(new Float64Array([n]).buffer)[0] as bigint);
const pages = fc
  .integer({ min: 0, max: 2 ** 31 })
  .map((n) => new BigUint64Array(new Float64Array([n * 4096]).buffer)[0] as bigint);
const column = (rows: number) =>
  fc.oneof(
    ...[anyBits, nearby, counters, pages].map((cell) =>
      fc.array(cell, { minLength: rows, maxLength: rows }),
    ),
  );

const blocks = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 5 }))
  .chain(([rows, columns]) =>
    fc.record({
      times: fc.array(fc.integer({ min: -5000, max: 100_000 }), {
        minLength: rows,
        maxLength: rows,
      }),
      columns: fc.array(column(rows), { minLength: columns, maxLength: columns }),
      holes: fc.array(
        fc.option(fc.uint8Array({ minLength: (rows + 7) >> 3, maxLength: (rows + 7) >> 3 })),
        { minLength: columns, maxLength: columns },
      ),
      references: fc.array(
        fc.option(
          fc.tuple(fc.integer({ min: -(2 ** 51), max: 2 ** 51 }), fc.integer({ min: 0, max: 12 })),
          { nil: undefined },
        ),
        { minLength: columns, maxLength: columns },
      ),
    }),
  );

describe('batch', () => {
  it('keeps every cell bit for bit, holes included', () => {
    fc.assert(
      fc.property(blocks, ({ times, columns, holes, references }) => {
        const rows = times.length;
        const values = new Float64Array(rows * columns.length);
        bits(values).set(columns.flat());
        const presence = new Map(holes.flatMap((h, i) => (h === null ? [] : [[i, h] as const])));
        const block: Block = {
          times: Float64Array.from(times, (t) => header.wall + t),
          firstAlias: 2,
          columns: columns.length,
          values,
          presence,
        };
        const dictionary = series(columns.length + 2, [undefined, undefined, ...references]);
        const decoded = decodeBody(
          encodeBody([block], header.wall, dictionary),
          header.wall,
          dictionary,
        );
        if (!decoded.ok) throw new Error(decoded.error.code);
        const [out] = decoded.value as [Block];
        expect(out.times).toEqual(block.times);
        for (let c = 0; c < columns.length; c++) {
          for (let r = 0; r < rows; r++) {
            const present = isPresent(presence.get(c), r);
            expect(isPresent(out.presence.get(c), r)).toBe(present);
            if (present) expect(bits(out.values)[c * rows + r]).toBe(bits(values)[c * rows + r]);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it('carries its header', () => {
    const batch = { header, schema: '1122334455667788', body: new Uint8Array([1, 2, 3]) };
    const decoded = decodeBatch(encodeBatch(batch));
    expect(decoded.ok && { ...decoded.value, body: [...decoded.value.body] }).toEqual({
      ...batch,
      body: [1, 2, 3],
    });
  });

  it('writes one byte for a column that equals its reference', () => {
    const block: Block = {
      times: Float64Array.of(header.wall),
      firstAlias: 0,
      columns: 1,
      values: Float64Array.of(12.34),
      presence: new Map(),
    };
    expect(encodeBody([block], header.wall, series(1, [[1234, 2]]))).toHaveLength(5);
  });
});
