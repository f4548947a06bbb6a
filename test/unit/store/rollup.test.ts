/** What a step counts, and what a counter rose in it. */
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../../collector/core/store/calendar.ts';
import { bitsOf } from '../../../collector/core/store/cells.ts';
import { rollUp } from '../../../collector/core/store/rollup.ts';

function run(samples: readonly (readonly [number, number])[], from = 0, to = HOUR) {
  const times = Float64Array.from(samples, ([time]) => time);
  const values = Float64Array.from(samples, ([, value]) => value);
  return rollUp({ times, values }, MINUTE, from, to);
}

describe('rollup', () => {
  it('knows count, sum, least, greatest and last of each step', () => {
    const { times, count, sum, min, max, last } = run([
      [0, 3],
      [10, 1],
      [59_999, 2],
      [60_000, 0.1],
      [60_001, 0.2],
    ]);
    expect([...times]).toEqual([0, MINUTE]);
    expect([...count]).toEqual([3, 2]);
    expect(sum[0]).toBe(6);
    expect(sum[1]).toBeCloseTo(0.3);
    expect([...min]).toEqual([1, 0.1]);
    expect([...max]).toEqual([3, 0.2]);
    expect([...last]).toEqual([2, 0.2]);
  });

  it('counts resets as a rise from nothing, over the border of a step', () => {
    const { increase } = run([
      [1, 10],
      [2, 15],
      [3, 4],
      [MINUTE, 6],
    ]);
    expect([...increase]).toEqual([9, 2]);
  });

  it('takes the sample before the first step, but none from over an hour before', () => {
    expect([
      ...run(
        [
          [HOUR - 1, 5],
          [HOUR, 7],
        ],
        HOUR,
        2 * HOUR,
      ).increase,
    ]).toEqual([2]);
    expect([
      ...run(
        [
          [0, 5],
          [HOUR + 1, 7],
        ],
        HOUR,
        2 * HOUR,
      ).increase,
    ]).toEqual([0]);
  });

  it('passes over staleness marks, and lets NaN spoil the sum alone', () => {
    const values = new Float64Array([1, 0, 3, Number.NaN]);
    bitsOf(values).set([2, 0x7ff00000], 2);
    const row = rollUp({ times: Float64Array.of(1, 2, 3, 4), values }, MINUTE, 0, HOUR);
    expect([row.count[0], row.sum[0], row.min[0], row.max[0]]).toEqual([3, Number.NaN, 1, 3]);
  });
});
