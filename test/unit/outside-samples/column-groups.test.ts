/** Series keep their group; whatever is placed is what comes out of the blocks. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ColumnGroups,
  type IdentifiedSeries,
  type Placed,
} from '../../../collector/work/outside-samples/column-groups.ts';
import { isPresent } from '../../../protocol/columns/block.ts';

function series(id: number, ...points: readonly (readonly [number, number])[]): IdentifiedSeries {
  return {
    id,
    times: Float64Array.from(points, ([time]) => time),
    values: Float64Array.from(points, ([, value]) => value),
  };
}

/** `id@time` -> value of every cell that is there. */
function cells(placed: readonly Placed[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { ids, block } of placed) {
    ids.forEach((id, column) => {
      block.times.forEach((time, row) => {
        if (!isPresent(block.presence.get(column), row)) return;
        found.set(`${id}@${time}`, block.values[column * block.times.length + row] as number);
      });
    });
  }
  return found;
}

const samples = fc
  .uniqueArray(fc.nat(50), { minLength: 1, maxLength: 6 })
  .map((times) => times.sort((a, b) => a - b).map((time) => [time, time / 2] as const));
const write = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 30 }), samples).map(([id, points]) => series(id, ...points)),
  { maxLength: 20 },
);

describe('column groups', () => {
  it('hold every sample that was placed, and no other', () => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 6 }), (writes) => {
        const groups = new ColumnGroups();
        for (const given of writes) {
          const expected = new Map<string, number>();
          for (const { id, times, values } of given)
            for (const [i, time] of times.entries())
              expected.set(`${id}@${time}`, values[i] as number);
          expect(cells(groups.place(given))).toEqual(expected);
        }
      }),
    );
  });

  it('keep together what came together, with the same array each time', () => {
    const groups = new ColumnGroups();
    const ids = Array.from({ length: 100 }, (_, i) => i + 1);
    const first = groups.place(ids.map((id) => series(id, [1_000, id])));
    expect(first.map(({ ids: { length } }) => length)).toEqual([64, 36]);
    const second = groups.place(ids.map((id) => series(id, [2_000, id])));
    expect(second.map((placed) => placed.ids)).toEqual(first.map((placed) => placed.ids));
    expect(second[0]?.ids).toBe(first[0]?.ids);
    expect(second.every(({ block }) => block.presence.size === 0)).toBe(true);
  });

  it('are taken apart when they are mostly holes', () => {
    const groups = new ColumnGroups();
    const ids = Array.from({ length: 64 }, (_, i) => i + 1);
    groups.place(ids.map((id) => series(id, [0, 1])));
    let columns = 64;
    for (let time = 1; time < 200 && columns === 64; time++)
      columns = groups.place([series(7, [time, 1])])[0]?.ids.length ?? 0;
    expect(columns).toBe(1);
  });

  it('never make a block much larger than what was given', () => {
    const groups = new ColumnGroups();
    const ids = Array.from({ length: 64 }, (_, i) => i + 1);
    groups.place(ids.map((id) => series(id, [0, 1])));
    const apart = ids.map((id) =>
      series(id, ...Array.from({ length: 100 }, (_, i) => [i * 64 + id, i] as const)),
    );
    const total = groups.place(apart).reduce((sum, { block }) => sum + block.values.length, 0);
    expect(total).toBe(6_400);
  });
});
