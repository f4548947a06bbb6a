/** Sets of numbers against a plain `Set`. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  above,
  addRange,
  missingFrom,
  type NumberSet,
  nameRange,
} from '../../../agent/core/number-set.ts';

const range = fc
  .tuple(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 0, max: 6 }))
  .map(([first, length]) => ({ first, last: first + length }));

function numbers(set: NumberSet): number[] {
  return set.flatMap(({ first, last }) =>
    Array.from({ length: last - first + 1 }, (_, i) => first + i),
  );
}

describe('number set', () => {
  it('merges what touches, and stays sorted', () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 12 }), (ranges) => {
        const set = ranges.reduce<NumberSet>((all, one) => addRange(all, one), []);
        expect(numbers(set)).toEqual([...new Set(numbers(ranges))].sort((a, b) => a - b));
        set.slice(1).forEach((one, i) => {
          expect(one.first).toBeGreaterThan((set[i]?.last ?? 0) + 1);
        });
      }),
    );
  });

  it('tells what is missing from a range, and what lies above a floor', () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 12 }), range, (ranges, wanted) => {
        const set = ranges.reduce<NumberSet>((all, one) => addRange(all, one), []);
        const all = new Set(numbers(set));
        const missing = numbers([wanted]).filter((n) => !all.has(n));
        expect(numbers(missingFrom(set, wanted))).toEqual(missing);
        expect(numbers(above(set, wanted.first))).toEqual(
          [...all].filter((n) => n >= wanted.first),
        );
      }),
    );
  });

  it('says too much when it closes a hole, too little when it forgets', () => {
    const scattered = Array.from({ length: 40 }, (_, i) => ({ first: i * i + 1, last: i * i + 1 }));
    const closed = scattered.reduce<NumberSet>((all, one) => addRange(all, one), []);
    expect(closed).toHaveLength(16);
    const inside = new Set(numbers(closed));
    expect(numbers(scattered).every((n) => inside.has(n))).toBe(true);
    const named = scattered.reduce<NumberSet>((all, one) => nameRange(all, one, 5), []);
    expect(named).toHaveLength(5);
    const real = new Set(numbers(scattered));
    expect(numbers(named).every((n) => real.has(n))).toBe(true);
  });
});
