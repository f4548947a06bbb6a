/**
 * A collector that cannot store, behind 1,000 devices of a simulated fleet: none of them reconnects for it,
 * and with space again all that they kept is stored, each sample once.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { costOf } from '../load/fleet/proc.ts';
import { MARKER } from '../load/fleet/series.ts';
import { SmallDisk } from '../support/fault/small-disk.ts';
import { Beside } from '../support/hostile/beside.ts';

const DEVICES = 1_000;
const SAMPLING = { devices: DEVICES, series: 20, intervalMs: 2_000, markers: 50 };
/** Longer than a device waits for an acknowledgement before it sends again. */
const FULL_MS = 12_000;
const DISK_MB = 256;
/** What the collector may need more while it cannot store: devices keep theirs, it keeps nothing. */
const MORE_MB = 100;

it('a full disk behind 1,000 devices: nobody reconnects, and all is stored in the end', async (context) => {
  let disk: SmallDisk | undefined;
  await using fleet = await Beside.open(SAMPLING, (folder) => {
    disk = SmallDisk.mount(join(folder, 'disk'), DISK_MB);
    return disk?.path ?? folder;
  });
  using small = disk;
  if (small === undefined) return context.skip('no right to mount');
  await fleet.until(async () => (await fleet.report()) && fleet.totals.acked > DEVICES);

  const before = costOf(fleet.collector.pid).residentBytes;
  small.fill();
  const full = await fleet.during(() => sleep(FULL_MS));
  // The last page of the journal may take a few.
  expect(full.counts.acked).toBeLessThan(DEVICES / 2);
  expect(full.counts.resent).toBeGreaterThan(0);
  expect(fleet.workers.online).toBe(DEVICES);
  expect((costOf(fleet.collector.pid).residentBytes - before) / 2 ** 20).toBeLessThan(MORE_MB);

  small.free();
  await fleet.settled();
  await fleet.report();
  const { totals } = fleet;
  expect(totals).toMatchObject({ connects: DEVICES, disconnects: 0, failures: 0, dropped: 0 });
  expect(totals.acked).toBe(totals.sent);
  const metrics = await fleet.collector.metrics();
  const counted = (name: string) => metrics.get(`muster_collector_ingest_${name}_total`);
  expect(counted('samples')).toBe(totals.ackedPoints);
  expect(counted('gaps')).toBe(0);
  expect(await stored(fleet)).toBe(totals.ackedMarkers);

  // What was acknowledged outlives the process.
  await fleet.collector.end('SIGKILL');
  await fleet.collector.start();
  expect(await stored(fleet)).toBe(totals.ackedMarkers);
});

async function stored(fleet: Beside): Promise<number> {
  const series = await fleet.collector.query(`${MARKER}[1d]`);
  return series.reduce((sum, { values }) => sum + values.length, 0);
}
