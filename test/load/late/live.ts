/** What live devices see while as many others deliver a day of history to the same collector. */
import { setPriority } from 'node:os';
import { CollectorUnderLoad } from '../fleet/collector.ts';
import { costOf } from '../fleet/proc.ts';
import type { BrokerKind, FleetOptions } from '../fleet/settings.ts';
import { type FleetReport, Workers } from '../fleet/workers.ts';

export interface LateOptions {
  readonly devices: number;
  readonly series: number;
  readonly hours: number;
  /** Between two samples of the history. */
  readonly intervalMs: number;
  /** Without history, before and after it. */
  readonly calmSeconds: number;
  readonly broker: BrokerKind;
}

const LIVE_MS = 10_000;
const WARM_MS = 15_000;
const LOOK_MS = 500;
/** A thousand devices that connect are felt too, but that is not what is measured here. */
const SETTLE_MS = 5_000;
const ROWS = 30;
const WINDOW = 4;
const FIRST_LATE = 50_000;
/** The thousand who bring history are other machines: their work must not take the collector's cores. */
const LATE_NICE = 19;
const QUIET = {
  ...{ seconds: 0, warmSeconds: 0, processes: 1, markers: 0, troubles: [] },
  ...{ restart: false, profile: false, json: false },
};

export async function liveBesideLate(
  options: LateOptions,
  place: { readonly folder: string; readonly bundle: string },
): Promise<void> {
  const { devices, series, calmSeconds, broker } = options;
  const collector = await CollectorUnderLoad.open({ ...place, profile: false, broker });
  const fleets: Workers[] = [];
  const fleet = async (settings: Partial<FleetOptions>) => {
    const base = {
      ...QUIET,
      devices,
      series,
      rows: 1,
      intervalMs: LIVE_MS,
      max: false,
      window: 16,
    };
    const workers = await Workers.open({ ...base, ...settings, mqttPort: collector.mqttPort });
    fleets.push(workers);
    workers.tell('connect');
    while (workers.online < devices) await pause(LOOK_MS);
    return workers;
  };
  try {
    await collector.start();
    const live = await fleet({});
    live.tell('run');
    await pause(WARM_MS);
    await live.report(true);
    await pause(calmSeconds * 1_000);
    const calm = await live.report(true);
    const late = await fleet({ ...historyOf(options), firstDevice: FIRST_LATE });
    for (const pid of late.pids) setPriority(pid, LATE_NICE);
    await pause(SETTLE_MS);
    await live.report(true);
    const [cpu, began] = [costOf(collector.pid).cpuUs, performance.now()];
    late.tell('run');
    const { counts } = await delivered(late, options);
    const seconds = (performance.now() - began) / 1_000;
    const cores = (costOf(collector.pid).cpuUs - cpu) / 1e6 / seconds;
    const beside = await live.report(true);
    await pause(calmSeconds * 1_000);
    const after = await live.report(true);
    const metrics = await collector.metrics();
    const refused = [...metrics].filter(
      ([name, value]) => /refused_total|gaps_total|repeats_total/.test(name) && value > 0,
    );
    print('live before', calm);
    print('live beside the history', beside);
    print('live afterwards', after);
    const ratio = beside.ackLatency.quantile(0.99) / calm.ackLatency.quantile(0.99);
    console.log(`p99 beside the history is ${ratio.toFixed(2)} times that before (goal: 2)`);
    console.log(
      `history: ${counts.ackedPoints} points of ${devices} devices in ${seconds.toFixed(1)} s: ${Math.round(counts.ackedPoints / seconds)} points/s, collector ${cores.toFixed(2)} cores, ${Math.round(costOf(collector.pid).peakBytes / 2 ** 20)} MiB at most; refused, gaps, repeats: ${refused.join('; ') || 'none'}`,
    );
  } finally {
    for (const one of fleets) one.end();
    await collector.close();
  }
}

function historyOf({ hours, intervalMs }: LateOptions): Partial<FleetOptions> {
  return { max: true, window: WINDOW, rows: ROWS, intervalMs, backlogHours: hours };
}

/** A device may make one batch more than its hours hold. */
async function delivered(
  late: Workers,
  { devices, hours, intervalMs }: LateOptions,
): Promise<FleetReport> {
  const batches = Math.ceil((hours * 3_600_000) / (intervalMs * ROWS));
  for (;;) {
    await pause(LOOK_MS);
    const report = await late.report(false);
    if (report.counts.acked >= devices * batches && late.held === 0) return report;
  }
}

function print(what: string, { counts, ackLatency }: FleetReport): void {
  const at = (share: number) => ackLatency.quantile(share).toFixed(1);
  console.log(
    `${what}: sample to acknowledged p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, of ${counts.acked} messages; ${counts.disconnects} disconnected, simulator late by ${Math.round(counts.lagMs)} ms at most`,
  );
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
