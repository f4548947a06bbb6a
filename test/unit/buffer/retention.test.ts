/** The order in which things are given up, and how openings are judged. */
import { describe, expect, it } from 'vitest';
import { judgeOpening } from '../../../agent/core/epoch.ts';
import {
  addLoss,
  chunkBytes,
  dropClass,
  type Loss,
  nextThinning,
  tidyLosses,
} from '../../../agent/core/retention.ts';

const loss = (number: number, epoch = 'a'): Loss => ({
  cause: 'full',
  epoch,
  numbers: [{ first: number, last: number }],
  from: number * 10,
  to: number * 10 + 5,
  samples: 2,
});

describe('retention', () => {
  it('gives up samples before lines, lines before events', () => {
    const order = ['m', 'log', 'trace', 'event', 'report', 'res'].map(dropClass);
    expect(order).toEqual([0, 1, 1, 2, 2, 2]);
  });

  it('thins the older part, then asks for dropping', () => {
    expect(nextThinning([0], 100)).toBe(0);
    expect(nextThinning([74], 100)).toBe(0);
    expect(nextThinning([75], 100)).toBeUndefined();
    expect(nextThinning([0], 0)).toBeUndefined();
  });

  it('frees neither crumbs nor everything', () => {
    expect(chunkBytes(8_000)).toBe(2_000);
    expect(chunkBytes(1_000_000)).toBe(65_536);
    expect(chunkBytes(50_000_000)).toBe(3_125_000);
    expect(chunkBytes(5e9)).toBe(3_145_728);
  });

  it('puts losses together, but never into what was already shown', () => {
    const one = addLoss([], 0, loss(1));
    const two = addLoss(one, 0, loss(2));
    expect(two).toEqual([{ ...loss(1), numbers: [{ first: 1, last: 2 }], to: 25, samples: 4 }]);
    const shown = addLoss(two, 1, loss(4));
    expect(shown).toHaveLength(2);
    expect(addLoss(shown, 1, loss(5, 'b'))).toHaveLength(3);
    expect(tidyLosses(shown)).toEqual([
      {
        ...loss(1),
        numbers: [
          { first: 1, last: 2 },
          { first: 4, last: 4 },
        ],
        to: 45,
        samples: 6,
      },
    ]);
  });
});

describe('opening', () => {
  const found = {
    fresh: false,
    damage: 'none',
    boot: 'x',
    clean: false,
    staging: false,
    epochs: 1,
    afterFailure: false,
  } as const;

  it('begins a new epoch wherever numbers may have been given out that it does not know of', () => {
    expect(judgeOpening({ ...found, fresh: true }, 'x')).toEqual({ kind: 'new', mint: true });
    expect(judgeOpening({ ...found, clean: true }, 'y')).toEqual({ kind: 'clean', mint: true });
    expect(judgeOpening(found, 'x')).toEqual({ kind: 'killed', mint: true });
    expect(judgeOpening({ ...found, afterFailure: true }, 'x').mint).toBe(false);
    const often = { ...found, epochs: 64 };
    expect(judgeOpening(often, 'x')).toEqual({ kind: 'killed', mint: false });
    expect(judgeOpening({ ...often, staging: true }, 'x')).toEqual({ kind: 'killed', mint: true });
    expect(judgeOpening(found, 'y')).toEqual({ kind: 'power', mint: true });
    const repaired = { ...found, clean: true, damage: 'repaired' } as const;
    expect(judgeOpening(repaired, 'x')).toEqual({ kind: 'repaired', mint: true });
  });
});
