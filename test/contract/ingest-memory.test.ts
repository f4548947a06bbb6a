/** What the collector remembers over a crash, at each step of a checkpoint, and over damage. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../support/fake-clock.ts';
import { EPOCH, T0, TestDevice } from '../support/ingest/device.ts';
import { STEPS, type Switches } from '../support/ingest/flaky.ts';
import { Rig } from '../support/ingest/rig.ts';

const device = new TestDevice();
const reported = { from: T0, to: T0, cause: 'killed' as const, numbers: [] };

/** A collector with two checkpoints behind it, data before, between and after them. */
async function lived(switches: Switches): Promise<Rig> {
  const rig = await Rig.open({ switches, clock: new FakeClock(0, T0) });
  await rig.send(device.state(), device.schema(), device.batch(1), device.broken(2));
  await rig.ownSamples.record(T0 + 1_000, true);
  await rig.memory.checkpoint();
  await rig.send(device.batch(3), device.event(4, [reported]));
  await rig.ownSamples.record(T0 + 2_000, true);
  return rig;
}

async function expectWhole(rig: Rig): Promise<void> {
  expect(await rig.points('a')).toEqual([1, 3, 5].map((n) => [T0 + n * 1_000, n]));
  expect(await rig.points('b')).toEqual([1, 3, 5].map((n) => [T0 + n * 1_000, 2 * n]));
  expect(await rig.points('up')).toEqual([1, 2].map((n) => [T0 + n * 1_000, 1]));
  const found = rig.device();
  expect(found?.gaps.map(({ cause }) => cause)).toEqual(['undecodable', 'killed']);
  expect(found?.ledger.records()).toMatchObject([{ intervals: [{ first: 1, last: 5 }] }]);
  expect(found?.state?.agentVersion).toBe('1.0.0');
}

describe('memory', () => {
  for (const step of STEPS) {
    it(`has everything once after a crash ${step}`, async () => {
      const switches: Switches = {};
      const rig = await lived(switches);
      switches.fail = step;
      await expect(rig.memory.checkpoint()).rejects.toThrow('stopped');
      await using next = await rig.crash();
      // The dictionary is there: nothing is asked for. What was not acknowledged comes again.
      await next.send(device.batch(3), device.event(4, [reported]), device.batch(5));
      expect(next.counts.repeats).toBe(2);
      const needs = next.acks().flatMap((ack) => [...ack.needSchemas, ...ack.needKinds]);
      expect(needs).toEqual([]);
      await expectWhole(next);
      await next.memory.checkpoint();
      await using last = await next.crash();
      await expectWhole(last);
    });
  }

  it('keeps what became durable while a checkpoint was being written', async () => {
    const switches: Switches = {};
    const rig = await Rig.open({ switches });
    await rig.send(device.state(), device.schema(), device.batch(1));
    let release = () => {};
    switches.hold = new Promise<void>((resolve) => {
      release = resolve;
    });
    void rig.ingest.receive({ ...device.batch(2), retained: false });
    await rig.memory.checkpoint();
    release();
    switches.hold = undefined;
    await rig.settled();
    expect(rig.acked()).toEqual([1, 2]);
    // The device is silent from here on; its journal entry is cut off by this one.
    await rig.memory.checkpoint();
    await rig.memory.checkpoint();
    await using next = await rig.crash();
    expect(next.device()?.ledger.judge(EPOCH, 2)).toBe('repeat');
  });

  it('does not open a second checkpoint while one runs, and does not skip it either', async () => {
    await using rig = await Rig.open();
    await rig.send(device.state(), device.schema(), device.batch(1));
    await Promise.all([rig.memory.checkpoint(), rig.memory.checkpoint()]);
    expect(await rig.parts.catalog.get('meta/checkpoint')).toBeDefined();
  });

  it('never gives out a journal number again that the store has seen', async () => {
    const rig = await lived({});
    const seen = rig.parts.store.highestSeq();
    await rig.parts.store.checkpoint();
    await rm(join(rig.path, 'journal'), { recursive: true });
    await using next = await rig.crash();
    expect(next.parts.store.highestSeq()).toBeGreaterThanOrEqual(seen);
    await next.send(device.batch(5), device.batch(6));
    expect(await next.points('a')).toEqual([1, 3, 5, 6].map((n) => [T0 + n * 1_000, n]));
  });

  it('starts a new account when the catalog is lost, says so, and keeps the samples', async () => {
    const rig = await lived({});
    await rig.memory.checkpoint();
    await rig.parts.catalog.close();
    await rm(join(rig.path, 'catalog'), { recursive: true });
    await using next = await rig.crash();
    expect(next.logged.join()).toContain('the catalog is lost');
    // The device sends what was not acknowledged: here all of it was, but one ack got lost.
    await next.send(device.state({ epochs: [{ epoch: EPOCH, low: 3, next: 6 }] }), device.batch(3));
    expect(next.acks().flatMap(({ needSchemas }) => needSchemas)).toHaveLength(1);
    await next.send(device.schema(), device.batch(3), device.batch(5), device.batch(6, { low: 6 }));
    expect(await next.points('a')).toEqual([1, 3, 5, 6].map((n) => [T0 + n * 1_000, n]));
    // 1, 2 and 4 were delivered before: only what follows the numbers that were given out counts.
    expect(next.device()?.gaps).toEqual([]);
    await next.send(device.batch(9, { low: 9 }));
    expect(next.device()?.gaps.map(({ numbers }) => numbers)).toEqual([[{ first: 7, last: 8 }]]);
  });

  it('starts for the first time without a word about loss', async () => {
    const rig = await Rig.open();
    await rig.send(device.state(), device.schema(), device.batch(1));
    await using next = await rig.crash();
    expect(next.directory.forgetful).toBe(false);
    expect(next.logged.join()).not.toContain('lost');
  });
});
