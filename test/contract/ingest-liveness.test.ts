/** `up` and `muster_device_info`: what the collector itself says about devices. */
import { describe, expect, it } from 'vitest';
import { Upkeep } from '../../collector/work/upkeep.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { until } from '../support/inbox.ts';
import { T0, TestDevice } from '../support/ingest/device.ts';
import { Rig } from '../support/ingest/rig.ts';
import { silentLog } from '../support/silent-log.ts';

const device = new TestDevice();

async function values(rig: Rig): Promise<number[]> {
  return (await rig.points('up')).map(([, value]) => value);
}

describe('up', () => {
  it('is 1 for one and a half heartbeats, then 0; a will is no sign of life', async () => {
    const clock = new FakeClock(0, T0);
    await using rig = await Rig.open({ clock, heartbeatMs: 10_000 });
    await rig.send(device.state({ heartbeatSeconds: 20 }));
    for (const [wait, up] of [
      [30_000, true],
      [1, false],
    ] as const) {
      await clock.advance(wait);
      await rig.send(device.will());
      await rig.ownSamples.record(clock.wall(), false);
      expect(rig.ownSamples.isUp(rig.device() as never)).toBe(up);
    }
    expect(await rig.points('up')).toEqual([
      [T0 + 30_000, 1],
      [T0 + 30_001, 0],
    ]);
    await rig.send(device.schema());
    await rig.ownSamples.record(clock.wall() + 1, false);
    expect(await values(rig)).toEqual([1, 0, 1]);
  });

  it('follows the configured heartbeat, unless that of the device is longer', async () => {
    const clock = new FakeClock(0, T0);
    await using rig = await Rig.open({ clock, heartbeatMs: 40_000 });
    await rig.send(device.state({ heartbeatSeconds: 20 }));
    await clock.advance(60_000);
    expect(rig.ownSamples.isUp(rig.device() as never)).toBe(true);
    await clock.advance(1);
    expect(rig.ownSamples.isUp(rig.device() as never)).toBe(false);
  });

  it('is absent after a start until it is known', async () => {
    const clock = new FakeClock(0, T0);
    const rig = await Rig.open({ clock });
    await rig.send(device.state());
    await rig.memory.checkpoint();
    const later = new FakeClock(0, T0 + 3_600_000);
    await using next = await rig.crash({ clock: later });
    await next.ownSamples.record(later.wall(), true);
    expect(await values(next)).toEqual([]);
    await later.advance(90_001);
    await next.ownSamples.record(later.wall(), true);
    expect(await values(next)).toEqual([0]);
  });

  it('does not stay 1 when the clock was set back', async () => {
    const clock = new FakeClock(0, T0);
    await using rig = await Rig.open({ clock });
    await rig.send(device.state());
    const wall = clock.wall();
    Object.assign(clock, { wall: () => wall - 3_600_000 });
    expect(rig.ownSamples.isUp(rig.device() as never)).not.toBe(true);
  });

  it('is recorded at once on a change and every 15 s, by the clock of the collector', async () => {
    const clock = new FakeClock(0, T0);
    const times: number[] = [];
    const switches = {
      appended: (_: unknown, time: number) => void times.push((time - T0) / 1_000),
    };
    await using rig = await Rig.open({ clock, switches });
    const { journal, store } = rig.parts;
    const { directory, memory, ownSamples } = rig;
    const deps = { clock, log: silentLog, journal, store, directory, memory, ownSamples };
    const upkeep = new Upkeep(deps);
    upkeep.start();
    await rig.send(device.state());
    for (let second = 0; second < 20; second++) {
      await clock.advance(1_000);
      // The journal is a real one: what was due is on disk before time goes on.
      const due = second === 0 || second === 15;
      await until(() => !due || times.length >= (second === 0 ? 1 : 2));
      await rig.settled();
    }
    await upkeep.stop();
    expect(times).toEqual([1, 16]);
  });

  it('survives a crash for a fleet that is larger than one message may be', async () => {
    const rig = await Rig.open();
    for (let n = 0; n < 9_000; n++) {
      const one = rig.directory.open(`pi-${n}`, 'berlin', T0);
      if (one !== undefined) one.lastSeen = T0;
    }
    await rig.ownSamples.record(T0 + 1_000, true);
    await using next = await rig.crash();
    expect(await next.points('up')).toHaveLength(9_000);
  });

  it('is not eaten by the limit of series of its device', async () => {
    await using rig = await Rig.open({ seriesPerOwner: 2 });
    await rig.send(device.state(), device.schema(), device.batch(1));
    await rig.ownSamples.record(T0 + 2_000, true);
    expect(await values(rig)).toEqual([1]);
    expect(await rig.points('muster_device_info')).toHaveLength(1);
  });
});

describe('muster_device_info', () => {
  it('has the labels of the device, made valid, beside its identity', async () => {
    await using rig = await Rig.open();
    const labels = new Map([
      ['role', 'gateway'],
      ['instance', 'liar'],
      ['site', 'elsewhere'],
      ['__name__', 'up'],
      ['rack-no', '7'],
      ['rack.no', '8'],
      ['4g', 'yes'],
      ['agent_version', 'x'],
    ]);
    await rig.send(device.state({ labels }));
    await rig.ownSamples.record(T0 + 1_000, true);
    const [found] = await rig.parts.store.select(
      [{ name: '__name__', op: '=', value: 'muster_device_info' }],
      0,
      8.64e15,
    );
    expect(Object.fromEntries(found?.labels ?? [])).toEqual({
      __name__: 'muster_device_info',
      instance: 'pi-1',
      site: 'berlin',
      job: 'node',
      agent_version: '1.0.0',
      role: 'gateway',
      exported_instance: 'liar',
      exported_site: 'elsewhere',
      exported_agent_version: 'x',
      name__: 'up',
      rack_no: '7',
      rack_no_2: '8',
      _4g: 'yes',
    });
  });

  it('ends as a new version begins; the columns of other devices stay what they were', async () => {
    const arrays = new Set<Uint32Array>();
    const switches = {
      appended: (ids: Uint32Array) => void (ids.length === 2 && arrays.add(ids)),
    };
    await using rig = await Rig.open({ switches });
    await rig.send(device.state(), new TestDevice('pi-2').state());
    await rig.ownSamples.record(T0 + 1_000, true);
    await rig.send(new TestDevice('pi-3').state());
    await rig.ownSamples.record(T0 + 2_000, true);
    expect(arrays.size).toBe(3);
    await rig.send(device.state({ agentVersion: '1.1.0' }));
    await rig.ownSamples.record(T0 + 3_000, true);
    expect(arrays.size).toBe(4);
    const old = await rig.points('muster_device_info', {
      agent_version: '1.0.0',
      instance: 'pi-1',
    });
    expect(old.at(-1)).toEqual([T0 + 3_000, Number.NaN]);
  });
});
