/**
 * How long a store takes to start with many series, and what each of them costs in memory (exact
 * with `npx tsx --expose-gc scripts/bench.ts store start`).
 */
import { openLevelStore } from '../../../collector/io/store/level-store.ts';
import { makeFleet } from './fleet.ts';

const START = Date.UTC(2025, 10, 21);
const ROWS = 30;

export async function start(path: string, devices: number, perDevice: number): Promise<void> {
  const series = devices * perDevice;
  const limits = { series: series * 2 };
  const before = memory();
  const store = await openLevelStore({ path, limits });
  let cpu = process.cpuUsage();
  const fleet = makeFleet(store, devices, perDevice, START);
  const resolved = cpuSince(cpu);
  const known = memory();
  for (let seq = 1; seq <= ROWS; seq++) {
    for (let device = 0; device < devices; device++) {
      const at = (seq - 1) * devices + device + 1;
      store.append(at, fleet.ids[device] as Uint32Array, [fleet.block(device, 1)]);
    }
  }
  const active = memory();
  await store.checkpoint();
  await store.close();
  cpu = process.cpuUsage();
  const began = performance.now();
  const again = await openLevelStore({ path, limits });
  const took = performance.now() - began;
  const found = again.stats().series;
  console.log(
    `start with ${found} series: ${(took / 1000).toFixed(2)} s, ${cpuSince(cpu).toFixed(2)} s CPU; ` +
      `resolved in ${((resolved / series) * 1e6).toFixed(1)} µs CPU each; bytes per series: ` +
      `${Math.round((known - before) / series)} known, ${Math.round((active - before) / series)} with ${ROWS} rows`,
  );
  await again.close();
}

/** Heap and what lies outside of it, after a collection when node was told to allow one. */
function memory(): number {
  (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
