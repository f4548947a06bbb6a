/** What a device says of its epochs when it connects, held against what the collector has. */
import { describe, expect, it } from 'vitest';
import { DeviceLedger } from '../../../collector/core/ledger.ts';

const [A, B] = ['aaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbb'];
const at = (epoch: string, low: number, next = low) => ({ epoch, low, next });

/** A collector that has the numbers 1 to `last` of A, its last batch at 50. */
function having(last: number): DeviceLedger {
  const ledger = new DeviceLedger();
  for (let number = 1; number <= last; number++) {
    ledger.begin(A, number, 1, 0);
    ledger.commit(A, number, 1, number * 10, 0);
    ledger.sampled(A, number * 10);
  }
  return ledger;
}

describe('of a device that is new here', () => {
  it('each epoch begins where the device says: what lies below was another collector’s', () => {
    const ledger = new DeviceLedger();
    expect(ledger.hear([at(A, 5, 9), at(B, 3)], 100, 0)).toEqual([]);
    expect([ledger.judge(A, 4), ledger.judge(A, 5), ledger.judge(B, 2)]).toEqual([
      'repeat',
      'new',
      'repeat',
    ]);
  });

  it('nothing is believed that a broker kept: much may have been delivered elsewhere since', () => {
    const ledger = new DeviceLedger();
    expect(ledger.hear([at(A, 1, 9)], 100, 0, true)).toEqual([]);
    expect(ledger.commit(A, 500, 500, 100, 0)).toBeUndefined();
  });
});

describe('of a device that is known', () => {
  it('an epoch that went on without us, and ended, is a gap, once', () => {
    const ledger = having(5);
    const said = [at(A, 10), at(B, 1)];
    expect(ledger.hear(said, 200, 0)).toEqual([
      { epoch: A, numbers: [{ first: 6, last: 9 }], from: 50, to: 200 },
    ]);
    expect(ledger.hear(said, 300, 0)).toEqual([]);
  });

  it('an epoch that began and ended without us is a gap', () => {
    expect(having(5).hear([at(A, 6), at(B, 4)], 200, 0)).toEqual([
      { epoch: B, numbers: [{ first: 1, last: 3 }], from: 50, to: 200 },
    ]);
  });

  it('a buffer that was lost is a gap since the last that is complete, once', () => {
    const ledger = having(5);
    const said = [at(B, 1)];
    expect(ledger.hear(said, 200, 0)).toEqual([{ epoch: B, numbers: [], from: 50, to: 200 }]);
    expect(ledger.hear(said, 300, 0)).toEqual([]);
  });

  it('also when a broker kept what it said while nobody was there to hear it', () => {
    expect(having(5).hear([at(B, 1)], 200, 0, true)).toHaveLength(1);
    // From before all that is known, it spans nothing.
    expect(having(5).hear([at(B, 1)], 20, 0, true)).toMatchObject([{ from: 20, to: 20 }]);
  });

  it('what is still held, or on its way to the disk, is none', () => {
    const ledger = having(5);
    ledger.begin(A, 6, 1, 0);
    expect(ledger.hear([at(A, 6, 9), at(B, 1)], 200, 0)).toEqual([]);
    expect(ledger.hear([at(A, 7, 9), at(B, 1)], 200, 0)).toEqual([]);
  });

  it('says it also by what a broker kept', () => {
    expect(having(5).hear([at(A, 8)], 200, 0, true)).toHaveLength(1);
  });
});

it('a collector that forgot what it had takes no hole for a gap that may have been stored', () => {
  const ledger = new DeviceLedger(true);
  expect(ledger.hear([at(A, 5, 120)], 100, 0)).toEqual([]);
  ledger.begin(A, 120, 5, 0);
  ledger.commit(A, 120, 5, 100, 0);
  expect(ledger.hear([at(A, 121)], 200, 0)).toEqual([]);
  expect(ledger.hear([at(A, 125)], 300, 0)).toMatchObject([
    { numbers: [{ first: 121, last: 124 }] },
  ]);
});
