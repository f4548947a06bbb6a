/** `json/health` follows what a device says: once for each change, anew at another site. */
import { expect, it } from 'vitest';
import { viewDevice } from '../../collector/core/device-view.ts';
import { breathe } from '../../collector/io/clock.ts';
import { Mirroring } from '../../collector/work/mirroring.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type Sent, T0, TestDevice } from '../support/ingest/device.ts';
import { Rig } from '../support/ingest/rig.ts';
import { health, sendHealth } from '../support/reports/messages.ts';

it('is published retained when health changes, not with every change of state', async () => {
  const clock = new FakeClock(0, T0);
  await using rig = await Rig.open({ clock });
  const published: string[] = [];
  const mirroring = new Mirroring({
    clock,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    bus: {
      publish: async (topic: string, payload: string, { retain }: { retain: boolean }) => {
        const { status, at } = JSON.parse(payload) as { status?: string; at: number };
        published.push(`${topic.slice(-19)} ${status ?? ''} ${at - T0} ${retain}`);
      },
      subscribed: () => false,
    } as never,
    store: rig.parts.store,
    devices: {
      get: (id) => {
        const found = rig.device(id);
        return found && viewDevice(found, true);
      },
      onChange: (listener) => rig.feed.subscribe(['state'], ({ device }) => listener(device)),
    },
    fleet: () => rig.directory.all(),
    mode: () => 'on-demand',
    breathe,
  });
  mirroring.start();
  const device = new TestDevice();
  const step = async (...messages: readonly Sent[]) => {
    await rig.send(...messages);
    await clock.advance(1_000);
    return published.splice(0);
  };
  expect(await step(device.state())).toEqual(['lin/pi-1/json/state  1000 true']);
  expect(await step(sendHealth(health()))).toEqual([
    'lin/pi-1/json/state  2000 true',
    'in/pi-1/json/health unhealthy 2000 true',
  ]);
  expect(await step(device.state())).toEqual(['lin/pi-1/json/state  3000 true']);
  const well = health({ overall: 'healthy', reason: '', checks: [] });
  expect(await step(sendHealth(well))).toContain('in/pi-1/json/health healthy 4000 true');
  const moved = new TestDevice('pi-1', 'oslo');
  expect(await step(moved.state())).toContain('lo/pi-1/json/health healthy 5000 true');
  mirroring.stop();
});

it('tells a fleet in portions, each in a turn of its own', async () => {
  const clock = new FakeClock(0, T0);
  await using rig = await Rig.open({ clock });
  const devices = Array.from({ length: 40 }, (_, n) => new TestDevice(`pi-${n}`));
  await rig.send(...devices.map((device) => device.state()));
  const portions = [0];
  const mirroring = new Mirroring({
    clock,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    bus: {
      publish: () => {
        portions.push((portions.pop() ?? 0) + 1);
        return Promise.resolve();
      },
      subscribed: () => false,
    } as never,
    store: rig.parts.store,
    devices: {
      get: (id) => {
        const found = rig.device(id);
        return found && viewDevice(found, true);
      },
      onChange: () => () => undefined,
    },
    fleet: () => rig.directory.all(),
    mode: () => 'on-demand',
    breathe: () => {
      portions.push(0);
      return Promise.resolve();
    },
  });
  mirroring.start();
  await clock.advance(1_000);
  mirroring.stop();
  expect(portions).toEqual([16, 16, 8]);
});
