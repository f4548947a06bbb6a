/** The ledger against a plain set of numbers. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Intervals } from '../../../collector/core/intervals.ts';
import { DeviceLedger } from '../../../collector/core/ledger.ts';

const E = '00000000000000aa';

describe('Intervals', () => {
  it('is a set of numbers', () => {
    const range = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 9 }));
    fc.assert(
      fc.property(fc.array(range), fc.integer({ min: 1, max: 60 }), (ranges, floor) => {
        const set = new Intervals();
        const model = new Set<number>();
        for (const [first, more] of ranges) {
          set.add(first, first + more);
          for (let n = first; n <= first + more; n++) model.add(n);
        }
        set.dropBelow(floor);
        const all = Array.from({ length: 75 }, (_, n) => n);
        expect(all.filter((n) => set.has(n))).toEqual(
          all.filter((n) => n >= floor && model.has(n)),
        );
        const holes = set.holes(floor, 75).flatMap(({ first, last }) => [first, last]);
        expect(holes).toEqual([...holes].sort((a, b) => a - b));
        for (const { first, last } of set.holes(floor, 75))
          for (let n = first; n <= last; n++) expect(model.has(n)).toBe(false);
        const values = set.values();
        for (let i = 1; i < values.length; i++)
          expect(values[i]?.first).toBeGreaterThan((values[i - 1]?.last ?? 0) + 1);
      }),
    );
  });
});

describe('DeviceLedger', () => {
  const store = (ledger: DeviceLedger, number: number, low: number, wall = number * 1000) => {
    ledger.begin(E, number, low, 0);
    const gap = ledger.commit(E, number, low, wall, 0);
    ledger.sampled(E, wall);
    return gap;
  };

  it('takes each number once, in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 })), (numbers) => {
        const ledger = new DeviceLedger();
        const seen = new Set<number>();
        for (const number of numbers) {
          expect(ledger.judge(E, number)).toBe(seen.has(number) ? 'repeat' : 'new');
          if (!seen.has(number)) expect(store(ledger, number, 1)).toBeUndefined();
          seen.add(number);
        }
        const again = DeviceLedger.restore(ledger.records());
        const all = Array.from({ length: 30 }, (_, n) => n + 1);
        expect(all.map((n) => again.judge(E, n))).toEqual(
          all.map((n) => (seen.has(n) ? 'repeat' : 'new')),
        );
      }),
    );
  });

  it('calls a gap what low passed and nobody reported', () => {
    const ledger = new DeviceLedger();
    store(ledger, 1, 1);
    store(ledger, 5, 1);
    ledger.excuse(E, [{ first: 3, last: 3 }]);
    expect(store(ledger, 6, 6)).toEqual({
      epoch: E,
      numbers: [
        { first: 2, last: 2 },
        { first: 4, last: 4 },
      ],
      from: 1000,
      to: 6000,
    });
    expect(ledger.judge(E, 2)).toBe('repeat');
  });

  it('begins an unknown epoch at the low of the device', () => {
    const ledger = new DeviceLedger();
    expect(store(ledger, 900, 880)).toBeUndefined();
    expect(ledger.judge(E, 881)).toBe('new');
    expect(ledger.judge(E, 879)).toBe('repeat');
  });

  it('knows by an unknown epoch of a known device that it was set back to an older copy', () => {
    const ledger = new DeviceLedger();
    store(ledger, 7, 1);
    ledger.begin('00000000000000bb', 5, 4, 0);
    expect(ledger.commit('00000000000000bb', 5, 4, 9000, 0)).toEqual({
      epoch: '00000000000000bb',
      numbers: [{ first: 1, last: 3 }],
      from: 7000,
      to: 9000,
    });
    const forgetful = DeviceLedger.restore(ledger.records(), true);
    forgetful.begin('00000000000000cc', 5, 4, 0);
    expect(forgetful.commit('00000000000000cc', 5, 4, 9000, 0)).toBeUndefined();
  });

  it('does not call a number lost that is on its way to the disk', () => {
    const ledger = new DeviceLedger();
    ledger.begin(E, 1, 1, 0);
    expect(store(ledger, 2, 2)).toBeUndefined();
    expect(ledger.commit(E, 1, 1, 0, 0)).toBeUndefined();
    expect(ledger.judge(E, 1)).toBe('repeat');
  });

  it('lets numbers wait that would need too many holes, and takes them later', () => {
    const ledger = new DeviceLedger();
    for (let i = 0; i < 512; i++) store(ledger, 2 + i * 2, 1);
    expect(ledger.judge(E, 2000)).toBe('crowded');
    expect(ledger.judge(E, 3)).toBe('new');
  });
});
