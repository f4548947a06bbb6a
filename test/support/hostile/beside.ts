/** A simulated fleet beside which something bad is done, and what the fleet saw of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CollectorUnderLoad } from '../../load/fleet/collector.ts';
import { costOf } from '../../load/fleet/proc.ts';
import { type Counts, type FleetOptions, newCounts } from '../../load/fleet/settings.ts';
import { type FleetReport, Workers } from '../../load/fleet/workers.ts';
import { bundlePrograms } from '../pipeline/programs.ts';
import { type TempFolder, tempFolder } from '../temp-folder.ts';

export interface Seen extends FleetReport {
  /** Of the collector's main thread, as a share of one core. */
  readonly busy: number;
}

const QUIET: Omit<FleetOptions, 'devices' | 'series' | 'intervalMs'> = {
  ...{ rows: 1, seconds: 0, warmSeconds: 0, processes: 1, max: false, window: 16, markers: 0 },
  ...{ troubles: [], restart: false, profile: false, json: false },
};

/** The collector as a process of its own, and a fleet of processes of its own. */
export class Beside implements AsyncDisposable {
  readonly collector: CollectorUnderLoad;
  readonly workers: Workers;
  readonly devices: number;
  /** Of all reports so far. */
  readonly totals = newCounts();
  readonly #folder: TempFolder;

  private constructor(
    folder: TempFolder,
    collector: CollectorUnderLoad,
    workers: Workers,
    devices: number,
  ) {
    this.#folder = folder;
    this.collector = collector;
    this.workers = workers;
    this.devices = devices;
  }

  /** Every device is connected and reports. */
  static async open(
    fleet: Pick<FleetOptions, 'devices' | 'series' | 'intervalMs'> & Partial<FleetOptions>,
    place?: (folder: string) => string,
  ): Promise<Beside> {
    const folder = await tempFolder('beside');
    const bundle = (await bundlePrograms()).collector;
    const path = place?.(folder.path) ?? folder.path;
    const collector = await CollectorUnderLoad.open({ folder: path, bundle, profile: false });
    await collector.start();
    const workers = await Workers.open({ ...QUIET, ...fleet, mqttPort: collector.mqttPort });
    const beside = new Beside(folder, collector, workers, fleet.devices);
    workers.tell('connect');
    await beside.until(() => workers.online === fleet.devices);
    workers.tell('run');
    return beside;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.collector.mqttPort}`;
  }

  /** What the fleet saw while `work` lasted. */
  async during(work: () => Promise<unknown>): Promise<Seen> {
    await this.report();
    const before = costOf(this.collector.pid).mainUs;
    const started = performance.now();
    await work();
    const us = costOf(this.collector.pid).mainUs - before;
    const busy = us / 1_000 / (performance.now() - started);
    return { ...(await this.report()), busy };
  }

  async report(): Promise<FleetReport> {
    const report = await this.workers.report(true);
    for (const key of Object.keys(this.totals) as (keyof Counts)[])
      this.totals[key] += report.counts[key];
    return report;
  }

  /** Sampling ends, and all that was sampled is acknowledged. */
  async settled(): Promise<void> {
    this.workers.tell('hold');
    // A status may be as old as a tick of the workers.
    await sleep(200);
    await this.until(() => this.workers.held === 0);
  }

  /** The test's own timeout is the limit. */
  async until(met: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await met())) await sleep(20);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.workers.end();
    await this.collector.end('SIGKILL');
    await this.#folder[Symbol.asyncDispose]();
  }
}
