/** The store by itself: appending, bytes on disk, queries. No broker, no journal. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DAY, HOUR, MINUTE } from '../../../collector/core/store/calendar.ts';
import { openLevelStore } from '../../../collector/io/store/level-store.ts';
import type { Matcher, SampleStore } from '../../../collector/ports.ts';
import { INTERVAL, makeFleet } from '../store/fleet.ts';
import { fleetWide } from '../store/fleet-wide.ts';
import { start } from '../store/start.ts';

export const describe =
  'the store alone: append | bytes | query | start, each with [devices] | all';

const SERIES = 80;
const START = Date.UTC(2025, 10, 21);

export async function run(args: string[]): Promise<void> {
  const [what = 'all', devices] = args;
  const count = devices === undefined ? undefined : Number(devices);
  if (what === 'append' || what === 'all') {
    for (const rows of [1, 6]) await inFolder((path) => append(path, count ?? 1000, rows));
  }
  if (what === 'bytes' || what === 'all') {
    await inFolder((path) => bytes(path, count ?? 200, 20 * MINUTE));
    await inFolder((path) => bytes(path, count ?? 50, 8 * HOUR));
  }
  if (what === 'query' || what === 'all') await inFolder((path) => query(path, count ?? 2500));
  if (what === 'start' || what === 'all') {
    const sizes = count === undefined ? [1250, 12_500] : [count];
    for (const size of sizes) await inFolder((path) => start(path, size, SERIES));
  }
}

async function append(path: string, devices: number, rows: number): Promise<void> {
  const store = await openLevelStore({ path });
  const fleet = makeFleet(store, devices, SERIES, START);
  await store.checkpoint();
  // Made beforehand, so that making them is not counted.
  const rounds = 240 / rows;
  let seq = 0;
  let append = 0;
  let all = 0;
  for (let round = 0; round < rounds; round++) {
    const blocks = Array.from({ length: devices }, (_, device) => fleet.block(device, rows));
    const before = process.cpuUsage();
    for (const [device, block] of blocks.entries()) {
      store.append(++seq, fleet.ids[device] as Uint32Array, [block]);
    }
    append += cpuSince(before);
    const flush = process.cpuUsage();
    if ((round + 1) % Math.ceil(60 / rows) === 0) await store.checkpoint();
    all += cpuSince(flush);
  }
  const rest = process.cpuUsage();
  await store.checkpoint();
  all += append + cpuSince(rest);
  const points = devices * SERIES * 240;
  console.log(
    `append ${rows} row(s) of ${SERIES} series, ${devices} devices, ${format(points)} points: ` +
      `${((append / points) * 1e6).toFixed(4)} µs CPU per point in append, ${((all / points) * 1e6).toFixed(3)} in all ` +
      `(${format(points / all)} points per CPU second), RSS ${format(process.memoryUsage().rss)}`,
  );
  await store.close();
}

async function bytes(path: string, devices: number, span: number): Promise<void> {
  const store = await openLevelStore({ path });
  const points = await fill(store, devices, span);
  await store.checkpoint();
  const before = store.stats().diskBytes;
  for (let now = START + span; now <= START + span + 3 * HOUR; now += 10 * MINUTE)
    await settle(store, now);
  await store.close();
  const again = await openLevelStore({ path });
  const { diskBytes } = again.stats();
  console.log(
    `bytes ${span / MINUTE} min, ${devices} devices: ${(before / points).toFixed(3)} per point at once, ` +
      `${(diskBytes / points).toFixed(3)} three hours later`,
  );
  await again.close();
}

async function query(path: string, devices: number): Promise<void> {
  const store = await openLevelStore({ path });
  await fill(store, devices, HOUR);
  await store.checkpoint();
  await fleetWide(store, START + HOUR);
  await time('one device, 1 h', () =>
    store.select([is('instance', 'device-00007')], START, START + HOUR),
  );
  await time('one series, 1 h', () =>
    store.select(
      [is('instance', 'device-00007'), is('__name__', 'metric_0_percent'), is('part', '1')],
      START,
      START + HOUR,
    ),
  );
  await time('pattern over instances', () =>
    store.series(
      [is('__name__', 'metric_0_percent'), { name: 'instance', op: '=~', value: 'device-.*7' }],
      START,
      START + HOUR,
    ),
  );
  await store.close();
  await inFolder(async (other) => {
    const small = await openLevelStore({ path: other });
    await fill(small, 20, DAY);
    await small.checkpoint();
    await time('one device, 24 h, loose chunks', () =>
      small.select([is('instance', 'device-00007')], START, START + DAY),
    );
    for (let now = START + DAY; now <= START + DAY + 3 * HOUR; now += 10 * MINUTE)
      await settle(small, now);
    await time('one device, 24 h, compacted', () =>
      small.select([is('instance', 'device-00007')], START, START + DAY),
    );
    await small.close();
  });
}

async function fill(store: SampleStore, devices: number, span: number): Promise<number> {
  const fleet = makeFleet(store, devices, SERIES, START);
  const rows = span / INTERVAL;
  let seq = 0;
  for (let row = 0; row < rows; row += 6) {
    for (let device = 0; device < devices; device++) {
      store.append(++seq, fleet.ids[device] as Uint32Array, [fleet.block(device, 6)]);
    }
    if (row % 60 === 54) await store.checkpoint();
  }
  return devices * rows * SERIES;
}

/** Housekeeping until nothing is left to be done at this time. */
async function settle(store: SampleStore, now: number): Promise<void> {
  for (let i = 0; i < 40; i++) await store.maintain(now);
}

async function time(what: string, action: () => Promise<readonly unknown[]>): Promise<void> {
  const taken: number[] = [];
  let found = 0;
  for (let i = 0; i < 5; i++) {
    const before = performance.now();
    found = (await action()).length;
    taken.push(performance.now() - before);
  }
  taken.sort((a, b) => a - b);
  console.log(`query ${what}: median ${(taken[2] as number).toFixed(1)} ms, ${found} series`);
}

function is(name: string, value: string): Matcher {
  return { name, op: '=', value };
}

function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function format(n: number): string {
  return n >= 1e6 ? `${(n / 1e6).toFixed(1)} M` : `${Math.round(n)}`;
}

async function inFolder(action: (path: string) => Promise<void>): Promise<void> {
  const path = mkdtempSync(join(tmpdir(), 'muster-bench-'));
  try {
    await action(path);
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}
