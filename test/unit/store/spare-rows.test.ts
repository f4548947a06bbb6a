/** Arrays of heads that are gone are used again, and only so many of them are kept. */
import { describe, expect, it } from 'vitest';
import { HEAD_ROWS, Head, Layout } from '../../../collector/core/store/head.ts';
import { SpareRows } from '../../../collector/core/store/spare-rows.ts';
import { block, MIDNIGHT } from '../../support/store.ts';

describe('spare arrays', () => {
  it('are taken by their length', () => {
    const spare = new SpareRows(1_000);
    const array = new Float64Array(10);
    spare.give(array);
    expect(spare.take(11)).not.toBe(array);
    expect(spare.take(10)).toBe(array);
    expect(spare.take(10)).not.toBe(array);
  });

  it('are let go when there are more than may be kept', () => {
    const spare = new SpareRows(100);
    const [small, other, large] = [10, 10, 200].map((length) => new Float64Array(length)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    spare.give(small);
    spare.give(other);
    expect(spare.take(10)).toBe(other);
    spare.give(large);
    expect(spare.take(200)).not.toBe(large);
    expect(spare.take(10)).not.toBe(small);
  });
});

describe('a head on used arrays', () => {
  it('has its own rows only', () => {
    const layout = new Layout(Uint32Array.of(1, 2));
    const fill = (value: number, rows: number): Head => {
      const head = new Head(layout, 0);
      const times = Array.from({ length: rows }, (_, row) => MIDNIGHT + row);
      const column = Array.from(times, () => value);
      head.append(block(times, [column, column]), 0, rows, undefined);
      return head;
    };
    fill(1, HEAD_ROWS).release();
    const next = fill(2, HEAD_ROWS - 1);
    next.append(block([MIDNIGHT + HEAD_ROWS], [[3], [undefined]]), 0, 1, undefined);
    expect([...next.read(0, 0, Number.MAX_SAFE_INTEGER).values]).toEqual([
      ...Array<number>(HEAD_ROWS - 1).fill(2),
      3,
    ]);
    expect([...next.read(1, 0, Number.MAX_SAFE_INTEGER).values]).toEqual(
      Array<number>(HEAD_ROWS - 1).fill(2),
    );
  });
});
