/** Numbers, gaps and the account of both. */
import { describe, expect, it } from 'vitest';
import { EPOCH, T0, TestDevice } from '../support/ingest/device.ts';
import { Rig } from '../support/ingest/rig.ts';

const device = new TestDevice();
const gap = (first: number, last: number) => ({
  from: T0,
  to: T0 + 5_000,
  cause: 'full' as const,
  numbers: [{ first, last }],
});

async function started(): Promise<Rig> {
  const rig = await Rig.open();
  await rig.send(device.state(), device.schema());
  return rig;
}

describe('numbers', () => {
  it('come in any order, live or late, and are all kept', async () => {
    await using rig = await started();
    await rig.send(device.batch(9), device.batch(3, { kind: 'h' }), device.batch(1, { kind: 'h' }));
    await rig.send(device.batch(2, { kind: 'h' }));
    expect(rig.acked()).toEqual([1, 2, 3, 9]);
    expect((await rig.points('a')).map(([, value]) => value)).toEqual([1, 2, 3, 9]);
    expect(rig.device()?.gaps).toEqual([]);
  });

  it('wait while there are too many holes, and are taken when these close', async () => {
    await using rig = await started();
    const scattered = Array.from({ length: 512 }, (_, i) => device.batch(2 + 2 * i));
    await rig.send(...scattered);
    await rig.send(device.batch(2_000));
    expect(rig.counts.deferred.crowded).toBe(1);
    await rig.send(device.batch(3));
    await rig.send(device.batch(2_000));
    expect(rig.acked()).toContain(2_000);
  });

  it('that low passed and nobody reported are a gap', async () => {
    await using rig = await started();
    await rig.send(device.batch(1), device.batch(5), device.batch(6, { low: 6 }));
    expect(rig.device()?.gaps).toMatchObject([
      { cause: 'unreported', epoch: EPOCH, numbers: [{ first: 2, last: 4 }], from: T0 + 1_000 },
    ]);
    expect(rig.counts.gaps).toBe(1);
  });

  it('that the device reports as lost are no other gap', async () => {
    await using rig = await started();
    await rig.send(device.batch(1), device.event(5, [gap(2, 4)], { low: 5 }));
    await rig.send(device.batch(6, { low: 6 }));
    expect(rig.device()?.gaps).toMatchObject([{ cause: 'full', numbers: [{ first: 2, last: 4 }] }]);
    expect(rig.counts).toMatchObject({ gaps: 1, events: 1 });
    expect(rig.acked()).toEqual([1, 5, 6]);
  });

  it('that came before the end that a device could not write down are in no gap', async () => {
    await using rig = await started();
    await rig.send(device.batch(1), device.batch(2), device.batch(3));
    const wall = T0 + 3_000;
    const to = wall + 60_000;
    const since = { from: T0, to, cause: 'killed' as const, numbers: [], epoch: EPOCH };
    const later = { epoch: '00000000000000bb' };
    await rig.send(device.event(1, [since, { ...since, cause: 'damaged' }], later));
    // An epoch that goes on has newer batches, which say nothing about its interruption.
    await rig.send(device.event(4, [since]));
    expect(rig.device()?.gaps.map(({ cause, from }) => [cause, from])).toEqual([
      ['killed', wall],
      ['damaged', T0],
      ['killed', T0],
    ]);
  });

  it('that came behind one that is missing narrow nothing', async () => {
    await using rig = await started();
    await rig.send(device.batch(1), device.batch(3));
    const since = { from: T0, to: T0 + 60_000, cause: 'power' as const, numbers: [], epoch: EPOCH };
    await rig.send(device.event(1, [since], { epoch: '00000000000000bb' }));
    expect(rig.device()?.gaps).toMatchObject([{ cause: 'power', from: T0 + 1_000 }]);
  });

  it('whose report comes after a batch that passed them get their cause then', async () => {
    await using rig = await started();
    await rig.send(device.batch(1), device.batch(9, { low: 8 }));
    expect(rig.device()?.gaps).toMatchObject([{ cause: 'unreported' }]);
    await rig.send(device.event(8, [gap(2, 5)], { low: 8 }));
    expect(rig.device()?.gaps).toMatchObject([
      { cause: 'unreported', numbers: [{ first: 6, last: 7 }] },
      { cause: 'full', numbers: [{ first: 2, last: 5 }] },
    ]);
  });

  it('of hostile reports stay within bounds', async () => {
    await using rig = await started();
    const ranges = Array.from({ length: 256 }, (_, i) => ({ first: 10 + 2 * i, last: 10 + 2 * i }));
    const gaps = Array.from({ length: 12 }, (_, n) => ({
      ...gap(1, 1),
      numbers: ranges.map(({ first, last }) => ({ first: first + n * 512, last: last + n * 512 })),
    }));
    await rig.send(device.event(1, gaps));
    const [epoch] = rig.device()?.ledger.records() ?? [];
    expect(epoch?.intervals.length).toBeLessThanOrEqual(1_025);
    for (const { numbers } of rig.device()?.gaps ?? []) expect(numbers.length).toBe(64);
  });

  it('are told at once to a device that connects', async () => {
    await using rig = await started();
    await rig.send(device.batch(1), device.batch(2), device.batch(4));
    rig.published.length = 0;
    await rig.send(device.state({ epochs: [{ epoch: EPOCH, low: 2, next: 5 }] }));
    expect(rig.acks()).toMatchObject([
      {
        epoch: EPOCH,
        ranges: [
          { first: 2, last: 2 },
          { first: 4, last: 4 },
        ],
      },
    ]);
  });
});
