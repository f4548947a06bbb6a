/** Which devices there are: clones, moves, forgetting, brokers that lost or kept too much. */
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../support/fake-clock.ts';
import { EPOCH, T0, TestDevice } from '../support/ingest/device.ts';
import { Rig } from '../support/ingest/rig.ts';
import { bits } from '../support/store.ts';

const STALE = '7ff0000000000002';
const [A, B] = ['00000000000000c1', '00000000000000c2'];
const E2 = '00000000000000ab';
const held = (epoch: string) => [{ epoch, low: 1, next: 1 }];

function problems(rig: Rig): string[] {
  return [...(rig.device()?.problems.keys() ?? [])];
}

function cleared(rig: Rig): string[] {
  return rig.published
    .filter(({ payload, retain }) => retain && payload.length === 0)
    .map(({ topic }) => topic);
}

/** The last value's bits of each series under a site, by name. */
async function ends(rig: Rig, site: string): Promise<Record<string, string>> {
  const matchers = [{ name: 'site', op: '=' as const, value: site }];
  const found = await rig.parts.store.select(matchers, 0, 8.64e15);
  const last = found.map(({ labels, values }): [string, string] => [
    labels.get('__name__') ?? '',
    bits(values).at(-1) ?? '',
  ]);
  return Object.fromEntries(last);
}

describe('clones', () => {
  it('are told from a repair: only a machine that comes back is one', async () => {
    const clock = new FakeClock(0, T0);
    await using rig = await Rig.open({ clock });
    const device = new TestDevice();
    await rig.send(device.state({ machine: A }));
    await clock.advance(10_000);
    await rig.send(device.state({ machine: B, epochs: held(E2) }));
    expect(problems(rig)).toEqual([]);
    await clock.advance(10_000);
    await rig.send(device.state({ machine: A, epochs: held(E2) }));
    expect(problems(rig)).toEqual(['clone']);
    await using next = await rig.crash();
    expect(problems(next)).toEqual(['clone']);
  });

  it('at two sites do not end each other', async () => {
    await using rig = await Rig.open();
    const [berlin, paris] = [new TestDevice(), new TestDevice('pi-1', 'paris')];
    await rig.send(berlin.state({ machine: A }), paris.state({ machine: B }));
    rig.published.length = 0;
    await rig.send(berlin.state({ machine: A }), paris.state({ machine: B }));
    expect(cleared(rig)).toEqual([]);
    expect(problems(rig)).toContain('clone');
    // The samples of each are its site's, though both have one dictionary.
    await rig.send(berlin.schema(), berlin.batch(1), paris.batch(2));
    expect(await rig.points('a', { site: 'berlin' })).toEqual([[T0 + 1_000, 1]]);
    expect(await rig.points('a', { site: 'paris' })).toEqual([[T0 + 2_000, 2]]);
  });

  it('and restored folders show in an epoch that returns: said once for each return', async () => {
    const clock = new FakeClock(0, T0);
    await using rig = await Rig.open({ clock });
    const device = new TestDevice();
    for (const epoch of [EPOCH, E2, EPOCH]) await rig.send(device.state({ epochs: held(epoch) }));
    expect(rig.device()?.problems.get('epoch-returned')?.lastAt).toBe(T0);
    await clock.advance(60_000);
    await rig.send(device.state({ epochs: held(EPOCH) }));
    expect(rig.device()?.problems.get('epoch-returned')?.lastAt).toBe(T0);
    expect(problems(rig)).toEqual(['epoch-returned']);
  });
});

describe('a device that moves to another site', () => {
  it('leaves ended series and no retained topics behind, and keeps its account', async () => {
    const clock = new FakeClock(0, T0);
    await using rig = await Rig.open({ clock });
    const device = new TestDevice();
    await rig.send(device.state(), device.schema(), device.batch(1));
    await rig.ownSamples.record(T0 + 1_000, true);
    await clock.advance(2_000);
    device.site = 'paris';
    await rig.send(device.state(), device.batch(2, { kind: 'h' }), device.batch(1));
    expect(problems(rig)).toEqual(['site-moved']);
    expect(cleared(rig)).toContain('muster/v1/berlin/pi-1/state');
    expect(cleared(rig)).toContain('muster/v1/berlin/pi-1/json/state');
    expect(cleared(rig).filter((topic) => topic.includes('paris'))).toEqual([]);
    expect(await ends(rig, 'berlin')).toEqual({
      a: STALE,
      b: STALE,
      up: STALE,
      muster_device_info: STALE,
    });
    expect(await rig.points('a', { site: 'paris' })).toEqual([[T0 + 2_000, 2]]);
    expect(rig.counts.repeats).toBe(1);
  });

  it('has its journal read back under the site of each message', async () => {
    const clock = new FakeClock(0, T0);
    const rig = await Rig.open({ clock });
    const device = new TestDevice();
    await rig.send(device.state(), device.schema());
    await rig.memory.checkpoint();
    await rig.send(device.batch(1));
    await clock.advance(2_000);
    device.site = 'paris';
    await rig.send(device.state(), device.schema(), device.batch(2));
    await using next = await rig.crash();
    expect(next.device()?.site).toBe('paris');
    expect((await next.points('a', { site: 'berlin' }))[0]).toEqual([T0 + 1_000, 1]);
    expect(await next.points('a', { site: 'paris' })).toEqual([[T0 + 2_000, 2]]);
  });

  it('while the collector was away: is asked at once where its retained state says that it is', async () => {
    const clock = new FakeClock(0, T0);
    const rig = await Rig.open({ clock });
    const device = new TestDevice();
    await rig.send(device.state());
    await using next = await rig.crash();
    const paris = new TestDevice('pi-1', 'paris');
    const lyon = new TestDevice('pi-1', 'lyon');
    // The will of the old session, what is older still, and where it is: in any order.
    await next.send({ ...device.state(), retained: true });
    await next.send({ ...lyon.state({ wall: T0 - 1 }), retained: true });
    const moved = paris.state({ wall: T0 + 1, epochs: held(E2) });
    await next.send({ ...moved, retained: true });
    // Kept bytes prove nothing: nobody is moved by them.
    expect(next.device()?.site).toBe('berlin');
    expect(next.acks().map(({ needKinds }) => needKinds)).toEqual([['state']]);
    expect(next.published.map(({ topic }) => topic)).toEqual(['muster/v1/paris/pi-1/ack']);
    await next.send(moved);
    expect(next.device()?.site).toBe('paris');
    expect(cleared(next)).toContain('muster/v1/berlin/pi-1/state');
  });

  it('is not moved back by what an external broker still has of the old site', async () => {
    await using rig = await Rig.open();
    const [old, now] = [new TestDevice('pi-1', 'berlin'), new TestDevice('pi-1', 'paris')];
    const retained = { ...old.state({ wall: T0 - 1 }), retained: true };
    // Nothing known yet, in either order: the later one is where the device is.
    await rig.send({ ...now.state(), retained: true }, retained);
    expect(rig.device()?.site).toBe('paris');
    await rig.send(now.state(), retained);
    expect(rig.device()).toMatchObject({ site: 'paris', lastSeen: T0 });
    expect(cleared(rig)).toEqual([]);
    expect(problems(rig)).toEqual([]);
  });
});

describe('forgetting a device', () => {
  it('ends its series, clears what it left, and holds over a crash', async () => {
    const clock = new FakeClock(0, T0);
    const rig = await Rig.open({ clock });
    const device = new TestDevice();
    await rig.send(device.state(), device.schema(), device.batch(1));
    await rig.ownSamples.record(T0 + 1_000, true);
    await rig.memory.checkpoint();
    await clock.advance(2_000);
    await rig.forget('pi-1');
    expect(rig.directory.size).toBe(0);
    expect(cleared(rig)).toContain('muster/v1/berlin/pi-1/state');
    await using next = await rig.crash();
    expect(next.directory.size).toBe(0);
    const end = { a: STALE, b: STALE, up: STALE, muster_device_info: STALE };
    expect(await ends(next, 'berlin')).toEqual(end);
    // It lives on: state and dictionary are asked for, and it is back.
    await next.send(device.batch(2));
    const [ack] = next.acks();
    expect(ack?.needKinds).toEqual(['state']);
    expect(ack?.needSchemas).toHaveLength(1);
    await next.send(device.state(), device.schema(), device.batch(2));
    expect(next.acked()).toEqual([2]);
  });

  it('lets no sample of ours follow the end', async () => {
    await using rig = await Rig.open();
    await rig.send(new TestDevice().state());
    const forgetting = rig.forget('pi-1');
    await rig.ownSamples.record(T0 + 5_000, true);
    await forgetting;
    expect(Object.values(await ends(rig, 'berlin'))).toEqual([STALE, STALE]);
  });
});

describe('dictionaries', () => {
  it('in use stay, however many older ones a backlog brings', async () => {
    await using rig = await Rig.open();
    const live = new TestDevice();
    await rig.send(live.state(), live.schema());
    for (let n = 1; n <= 12; n++) {
      const older = new TestDevice('pi-1', 'berlin', [`old_${n}`]);
      await rig.send(older.schema(), older.batch(2 * n, { kind: 'h' }), live.batch(2 * n + 1));
    }
    expect(rig.counts.deferred['unknown-schema']).toBe(0);
    expect(rig.dictionaries.held('pi-1')).toHaveLength(8);
  });
});
