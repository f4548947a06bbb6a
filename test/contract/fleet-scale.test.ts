/** A change costs what it changes: devices looked at, written and published are counted, not timed. */
import { expect, it } from 'vitest';
import { Fleet } from '../../collector/app/fleet.ts';
import { newDevice } from '../../collector/core/device.ts';
import type { Bus } from '../../collector/ports.ts';
import { Feed } from '../../collector/work/feed.ts';
import { Reports } from '../../collector/work/fleet/reports.ts';
import { MemoryCatalog } from '../support/alerting/memory-catalog.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { silentLog } from '../support/silent-log.ts';

const DEVICES = 20_000;
const WHO = { by: 'ada', comment: '' };

function countingBus(): Bus & { published: number } {
  const bus = {
    published: 0,
    start: () => Promise.resolve(),
    publish: () => {
      bus.published += 1;
      return Promise.resolve();
    },
    subscribed: () => true,
    stats: () => ({
      ...{ connected: true, connections: 0, receivedMessages: 0, receivedBytes: 0 },
      ...{ refused: new Map<string, number>(), listening: [] },
    }),
    close: () => Promise.resolve(),
  };
  return bus;
}

it('only devices of a layer that changed are looked at, and only changed ones are sent', async () => {
  const devices = new Map(
    Array.from({ length: DEVICES }, (_, i) => {
      const one = newDevice(`gw-${i}`, `site-${i % 100}`, 0);
      return [one.id, one] as const;
    }),
  );
  const catalog = new MemoryCatalog();
  const bus = countingBus();
  const clock = new FakeClock();
  const reports = new Reports({ clock, log: silentLog, catalog: new MemoryCatalog() });
  const fleet = new Fleet({
    ...{ clock, log: silentLog, bus, feed: new Feed(), catalog, reports, isUp: () => true },
    directory: { get: (id) => devices.get(id), all: () => devices.values() },
  });
  await fleet.restore();
  fleet.start();
  await fleet.settled();
  const { desk, desired } = fleet;
  const cost = async (work: () => Promise<unknown>) => {
    const before = [desired.looked, bus.published, catalog.writes] as const;
    await work();
    await fleet.settled();
    const [looked, published, writes] = before;
    return {
      looked: desired.looked - looked,
      published: bus.published - published,
      writes: catalog.writes - writes,
    };
  };
  expect(bus.published).toBe(0);
  const put = (id: string, config: object) =>
    cost(() => desk.putLayer(id, { ...WHO, config: config as Record<string, never> }));
  const all = await put('fleet', { a: 1 });
  expect(all).toMatchObject({ looked: DEVICES, published: DEVICES });
  // Many devices in one synced write.
  expect(all.writes).toBeLessThan(DEVICES / 200);
  expect(await put('fleet', { a: 1 })).toMatchObject({ looked: DEVICES, published: 0, writes: 1 });
  expect(await put('site:site-7', { b: 1 })).toMatchObject({ looked: 200, published: 200 });
  expect(await put('device:gw-7', { c: 1 })).toMatchObject({ looked: 1, published: 1 });
  expect(await put('device:gw-7', { c: 1 })).toMatchObject({ looked: 1, published: 0 });
  expect(await put('device:unknown', { c: 1 })).toMatchObject({ looked: 0, published: 0 });
  await fleet.stop();
});
