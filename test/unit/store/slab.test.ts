/** Arrays that are given up together: never two in one place before that. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutOf } from '../../../collector/core/store/head-cut.ts';
import { Arena, LASTING } from '../../../collector/core/store/slab.ts';

const counts = fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 12 });

describe('an arena', () => {
  it('gives each its own place, and the same places again after a reset', () => {
    fc.assert(
      fc.property(fc.array(counts, { minLength: 1, maxLength: 4 }), (rounds) => {
        const arena = new Arena();
        for (const round of rounds) {
          const taken = round.map((count) => arena.take(count));
          for (const [i, array] of taken.entries()) array.fill(i);
          for (const [i, array] of taken.entries()) {
            expect(array.length).toBe(round[i]);
            expect(array.every((value) => value === i)).toBe(true);
          }
          arena.reset();
        }
        arena.close();
      }),
      { numRuns: 50 },
    );
    const arena = new Arena();
    const { buffer } = arena.take(3);
    arena.reset();
    expect(arena.take(3).buffer).toBe(buffer);
    arena.close();
    expect(new Arena().take(1).buffer).toBe(buffer);
  });
});

describe('instants of a head', () => {
  const head = (...times: number[]) => ({
    ...{ times: Float64Array.from(times), rows: times.length, shuffles: 0 },
  });

  it('are one array for heads in step, until the array may be overwritten', () => {
    const arena = new Arena();
    const first = cutOf(head(10, 20, 30, 40), 15, 40, arena);
    expect([first.first, [...first.times]]).toEqual([1, [20, 30, 40]]);
    const second = cutOf(head(20, 30, 40), 15, 40, arena);
    expect(second).toMatchObject({ first: 0 });
    expect(second.times).toBe(first.times);
    expect([...cutOf(head(20, 31, 40), 15, 40, arena).times]).toEqual([20, 31, 40]);
    const one = head(20, 30);
    const before = cutOf(one, 0, 99, arena);
    arena.reset();
    arena.take(50).fill(7);
    const after = cutOf(one, 0, 99, arena);
    expect(after.times).not.toBe(before.times);
    expect([...after.times]).toEqual([20, 30]);
    arena.close();
  });

  it('are found anew when rows have come or were put in another order', () => {
    const one = { ...head(1, 3, 5) };
    expect([...cutOf(one, 2, 9, LASTING).times]).toEqual([3, 5]);
    one.times = Float64Array.of(1, 2, 5);
    one.shuffles++;
    expect([...cutOf(one, 2, 9, LASTING).times]).toEqual([2, 5]);
    one.rows = 2;
    expect([...cutOf(one, 2, 9, LASTING).times]).toEqual([2]);
  });
});
