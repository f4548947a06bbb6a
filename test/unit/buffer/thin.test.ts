/** Thinning keeps the name and every other row, bit for bit. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { thin } from '../../../agent/core/thin.ts';
import {
  type Block,
  decodeBatch,
  decodeBody,
  encodeBatch,
  encodeBody,
  isPresent,
} from '../../../protocol/messages/batch.ts';
import type { SeriesDefinition } from '../../../protocol/messages/schema.ts';

const header = {
  epoch: '0102030405060708',
  number: 7,
  low: 3,
  boot: 'aabbccddeeff0011',
  wall: 1_763_690_000_123,
  mono: 4_000,
  clock: 1,
} as const;
const schema = 'ffeeddccbbaa9988';
const series: SeriesDefinition[] = Array.from({ length: 4 }, (_, i) => ({
  name: `series_${i}`,
  labels: [],
  type: 'gauge',
  unit: '',
}));
const lookup = (id: string) => (id === schema ? series : undefined);

function payloadOf(blocks: readonly Block[]): Uint8Array {
  return encodeBatch({ header, schema, body: encodeBody(blocks, header.wall, series) });
}

function blocksOf(payload: Uint8Array): readonly Block[] {
  const batch = decodeBatch(payload);
  if (!batch.ok) throw new Error(batch.error.code);
  expect(batch.value).toMatchObject({ header, schema });
  const blocks = decodeBody(batch.value.body, header.wall, series);
  if (!blocks.ok) throw new Error(blocks.error.code);
  return blocks.value;
}

function block(rows: number, cells: readonly number[], holes?: Uint8Array): Block {
  const times = Float64Array.from({ length: rows }, (_, row) => header.wall + row * 10_000);
  const presence = new Map(holes === undefined ? [] : [[1, holes] as const]);
  return { times, firstAlias: 0, columns: 2, values: Float64Array.from(cells), presence };
}

/** The cell as its bits, or "hole". */
function cell({ times, values, presence }: Block, column: number, row: number): string {
  if (!isPresent(presence.get(column), row)) return 'hole';
  const at = column * times.length + row;
  return new BigUint64Array(values.slice(at, at + 1).buffer)[0]?.toString(16) ?? '';
}

const shapes = fc
  .integer({ min: 2, max: 20 })
  .chain((rows) =>
    fc.tuple(
      fc.constant(rows),
      fc.array(fc.double({ noNaN: true }), { minLength: rows * 2, maxLength: rows * 2 }),
      fc.uint8Array({ minLength: (rows + 7) >> 3, maxLength: (rows + 7) >> 3 }),
    ),
  );

describe('thin', () => {
  it('keeps every other row, holes included, and counts what it removed', () => {
    fc.assert(
      fc.property(shapes, ([rows, cells, holes]) => {
        const before = block(rows, cells, holes);
        const result = thin(payloadOf([before]), lookup);
        const [after] = blocksOf(result?.payload ?? payloadOf([before])) as [Block];
        const kept = Array.from({ length: Math.ceil(rows / 2) }, (_, i) => i * 2);
        let removed = 0;
        for (let row = 1; row < rows; row += 2) {
          removed += [0, 1].filter((column) => cell(before, column, row) !== 'hole').length;
        }
        expect(result?.removed ?? 0).toBe(removed);
        expect([...after.times]).toEqual(kept.map((row) => before.times[row]));
        for (const column of [0, 1]) {
          const expected = kept.map((row) => cell(before, column, row));
          expect(kept.map((_, row) => cell(after, column, row))).toEqual(expected);
        }
      }),
    );
  });

  it('keeps the row where a series ends', () => {
    const cells = new Float64Array(8);
    new BigUint64Array(cells.buffer)[5] = 0x7ff0_0000_0000_0002n;
    const times = Float64Array.from([0, 1, 2, 3], (row) => header.wall + row);
    const ends: Block = { times, firstAlias: 0, columns: 2, values: cells, presence: new Map() };
    const [after] = blocksOf(thin(payloadOf([ends]), lookup)?.payload ?? new Uint8Array()) as [
      Block,
    ];
    expect([...after.times]).toEqual([0, 1, 2].map((row) => header.wall + row));
    expect(cell(after, 1, 1)).toBe('7ff0000000000002');
  });

  it('leaves alone what has one row, another dictionary, or no form at all', () => {
    expect(thin(payloadOf([block(1, [1, 2])]), lookup)).toBeUndefined();
    expect(thin(payloadOf([block(2, [1, 2, 3, 4])]), () => undefined)).toBeUndefined();
    expect(thin(Buffer.from('rubbish'), lookup)).toBeUndefined();
  });
});
