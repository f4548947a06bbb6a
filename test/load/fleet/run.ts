/** The course of one run: connect, warm up, measure, perhaps a restart, drain, account. */
import { availableParallelism } from 'node:os';
import type { SoakWatch } from '../soak/watch.ts';
import type { CollectorUnderLoad } from './collector.ts';
import { MarkerWatch } from './markers.ts';
import { costOf, type ProcessCost, threadsOf } from './proc.ts';
import { MARKER } from './series.ts';
import type { FleetOptions } from './settings.ts';
import type { FleetReport, Workers } from './workers.ts';

const DRAIN_MS = 30_000;
const BACK_MS = 90_000;
const LOOK_MS = 20;

export interface Measured {
  readonly options: FleetOptions;
  readonly cores: number;
  readonly connectMs: number;
  readonly seconds: number;
  /** When the measurement began and ended, by the age of the collector. */
  readonly window: { readonly fromMs: number; readonly toMs: number };
  readonly fleet: FleetReport;
  readonly watch: MarkerWatch;
  readonly collector: { readonly before: ProcessCost; readonly after: ProcessCost };
  /** RSS each second while it was measured. */
  readonly resident: readonly number[];
  readonly mainThreadUs: number;
  readonly simulatorUs: number;
  /** What a counter rose by, and where a gauge stood at the end. */
  readonly metrics: (name: string) => number;
  readonly gauge: (name: string) => number;
  readonly refusals: readonly string[];
  readonly restart:
    | { readonly startMs: number; readonly backMs: number; readonly drainedMs: number }
    | undefined;
  /** Unacknowledged when all time was given. */
  readonly left: number;
  readonly drainMs: number;
  readonly total: FleetReport['counts'];
  readonly markers: { readonly stored: number; readonly acknowledged: number };
  readonly diskBytes: number;
  readonly logLines: readonly string[];
  readonly threads: readonly (readonly [string, number])[];
}

export async function measure(
  options: FleetOptions,
  collector: CollectorUnderLoad,
  workers: Workers,
  soak?: SoakWatch,
): Promise<Measured> {
  const connectMs = await connectAll(options, workers);
  workers.tell('run');
  await pause(options.warmSeconds * 1_000);
  const watch = new MarkerWatch(collector);
  const earlier = (await workers.report(true)).counts;
  const metricsBefore = await collector.metrics();
  const before = costOf(collector.pid);
  const threadsBefore = threadsOf(collector.pid);
  const simulatorBefore = simulatorCpu(workers);
  const startedAt = performance.now();
  if (options.markers > 0) watch.start();
  const fromMs = startedAt - collector.spawnedAt;
  const [resident] = await Promise.all([
    sampleMemory(collector, options.seconds),
    soak?.run(options.seconds),
  ]);
  const fleet = await workers.report(true);
  const seconds = (performance.now() - startedAt) / 1_000;
  const after = costOf(collector.pid);
  const threads = [...threadsOf(collector.pid)].map(
    ([name, us]) => [name, us - (threadsBefore.get(name) ?? 0)] as const,
  );
  const simulatorUs = simulatorCpu(workers) - simulatorBefore;
  await watch.stop();
  const metricsAfter = await collector.metrics();
  const restart = options.restart ? await restartAndWait(options, collector, workers) : undefined;
  const { drainMs, left } = await drain(workers);
  const later = (await workers.report(true)).counts;
  const acknowledged = earlier.ackedMarkers + fleet.counts.ackedMarkers + later.ackedMarkers;
  const stored = await collector.query(`${MARKER}[1d]`);
  const delta = (name: string) => (metricsAfter.get(name) ?? 0) - (metricsBefore.get(name) ?? 0);
  return {
    options,
    cores: availableParallelism(),
    connectMs,
    seconds,
    window: { fromMs, toMs: fromMs + seconds * 1_000 },
    fleet,
    watch,
    collector: { before, after },
    resident,
    mainThreadUs: after.mainUs - before.mainUs,
    simulatorUs,
    metrics: delta,
    gauge: (name) => metricsAfter.get(name) ?? 0,
    refusals: [...metricsAfter.keys()]
      .filter((key) => /refused_total|deferred_total|failed_total|quarantined_total/.test(key))
      .map((key) => `${key} ${metricsAfter.get(key)}`)
      .filter((line) => !line.endsWith(' 0')),
    restart,
    left,
    drainMs,
    total: sumOf([earlier, fleet.counts, later]),
    markers: { stored: stored.reduce((sum, { values }) => sum + values.length, 0), acknowledged },
    diskBytes: collector.diskBytes(),
    logLines: collector.logLines(),
    threads,
  };
}

async function connectAll({ devices }: FleetOptions, workers: Workers): Promise<number> {
  const from = Date.now();
  workers.tell('connect');
  await until(
    () => workers.online === devices,
    BACK_MS,
    () => `${workers.online} online`,
  );
  return workers.lastOnlineAt - from;
}

/** Killed, not stopped: nobody is told, everything is replayed. */
async function restartAndWait(
  { devices }: FleetOptions,
  collector: CollectorUnderLoad,
  workers: Workers,
) {
  workers.tell('calm');
  const from = Date.now();
  await collector.end('SIGKILL');
  await collector.start();
  const startMs = Date.now() - from;
  // A status may be as old as a tick of the workers: they must have noticed first.
  await pause(200);
  await until(
    () => workers.online === devices,
    BACK_MS,
    () => `${workers.online} online`,
  );
  const backMs = workers.lastOnlineAt - from;
  workers.tell('hold');
  await until(
    () => workers.held === 0,
    DRAIN_MS,
    () => '',
  ).catch(() => undefined);
  return { startMs, backMs, drainedMs: Date.now() - from };
}

async function drain(workers: Workers): Promise<{ drainMs: number; left: number }> {
  const from = performance.now();
  workers.tell('hold');
  await pause(100);
  await until(
    () => workers.held === 0,
    DRAIN_MS,
    () => '',
  ).catch(() => undefined);
  return { drainMs: performance.now() - from, left: workers.held };
}

async function sampleMemory(collector: CollectorUnderLoad, seconds: number): Promise<number[]> {
  const resident: number[] = [];
  const end = performance.now() + seconds * 1_000;
  while (performance.now() < end) {
    await pause(Math.min(1_000, end - performance.now()));
    resident.push(costOf(collector.pid).residentBytes);
  }
  return resident;
}

function simulatorCpu(workers: Workers): number {
  return workers.pids.reduce((sum, pid) => sum + costOf(pid).cpuUs, 0);
}

function sumOf(list: readonly FleetReport['counts'][]): FleetReport['counts'] {
  const total = { ...(list[0] as FleetReport['counts']) };
  for (const one of list.slice(1)) {
    for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += one[key];
  }
  return total;
}

async function until(met: () => boolean, ms: number, what: () => string): Promise<void> {
  const end = performance.now() + ms;
  while (!met()) {
    if (performance.now() > end) throw new Error(`waited ${ms / 1_000} s in vain: ${what()}`);
    await pause(LOOK_MS);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
