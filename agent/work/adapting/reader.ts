/** Reads the figures of pressure off the machine, with as few files as tell them. */
import {
  availableShare,
  batteryOf,
  busyShare,
  type CpuTimes,
  cpuTimes,
  type Figures,
  hottest,
  waitingShare,
} from '../../core/adapting/figures.ts';
import type { Host } from '../../ports.ts';

const SUPPLIES = '/sys/class/power_supply';
const ZONES = '/sys/class/thermal';
const THROTTLES = '/sys/devices/system/cpu/cpu0/thermal_throttle/package_throttle_count';
/** Batteries and sensors are looked for again after so many looks. */
const LOOKS_PER_SEARCH = 20;

export class FiguresReader {
  readonly #host: Host;
  readonly #data: string;
  #cpu: CpuTimes | undefined;
  #throttles: string | undefined;
  #looks = 0;
  #supplies: readonly string[] = [];
  #zones: readonly string[] = [];

  constructor(host: Host, data: string) {
    this.#host = host;
    this.#data = data;
  }

  async read(): Promise<Figures> {
    await this.#search();
    const [uevents, degrees, disk] = await Promise.all([
      Promise.all(this.#supplies.map((name) => this.#host.read(`${SUPPLIES}/${name}/uevent`))),
      Promise.all(this.#zones.map((name) => this.#host.read(`${ZONES}/${name}/temp`))),
      this.#host.statfs(this.#data).catch(() => 'pending' as const),
    ]);
    return {
      ...this.#processor(),
      ...this.#memory(),
      ...batteryOf(uevents.filter((text) => text !== undefined)),
      temperature: hottest(degrees),
      throttled: this.#throttled(),
      ...(disk === 'pending' ? {} : { diskFree: disk.availBytes, diskSize: disk.sizeBytes }),
    };
  }

  #processor(): Figures {
    const now = cpuTimes(this.#host.readNow('/proc/stat') ?? '');
    const cpuBusy = busyShare(this.#cpu, now);
    this.#cpu = now;
    const load = Number.parseFloat(this.#host.readNow('/proc/loadavg') ?? '');
    const cores = Math.max(1, now?.cores ?? 1);
    return {
      cpuBusy,
      loadPerCore: Number.isFinite(load) ? load / cores : undefined,
      cpuWaiting: waitingShare(this.#host.readNow('/proc/pressure/cpu') ?? ''),
    };
  }

  #memory(): Figures {
    return {
      memoryAvailable: availableShare(this.#host.readNow('/proc/meminfo') ?? ''),
      memoryWaiting: waitingShare(this.#host.readNow('/proc/pressure/memory') ?? ''),
    };
  }

  #throttled(): boolean | undefined {
    const before = this.#throttles;
    this.#throttles = this.#host.readNow(THROTTLES);
    if (before === undefined || this.#throttles === undefined) return undefined;
    return this.#throttles !== before;
  }

  async #search(): Promise<void> {
    if (this.#looks++ % LOOKS_PER_SEARCH !== 0) return;
    this.#supplies = await this.#host.list(SUPPLIES);
    const zones = await this.#host.list(ZONES);
    this.#zones = zones.filter((name) => /^thermal_zone\d+$/.test(name));
  }
}
