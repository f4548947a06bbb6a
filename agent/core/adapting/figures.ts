/** The figures behind the pressure, from what the kernel writes. Shares are from 0 to 1. */

export interface Figures {
  /** Since the look before. */
  readonly cpuBusy?: number | undefined;
  readonly loadPerCore?: number | undefined;
  /** Share of the last minute in which some task waited. */
  readonly cpuWaiting?: number | undefined;
  readonly memoryWaiting?: number | undefined;
  readonly memoryAvailable?: number | undefined;
  readonly battery?: number | undefined;
  readonly discharging?: boolean | undefined;
  /** Celsius, of the hottest zone. */
  readonly temperature?: number | undefined;
  /** The processor was slowed down for heat or power since the look before. */
  readonly throttled?: boolean | undefined;
  /** Of the file system of the data folder, bytes. */
  readonly diskFree?: number | undefined;
  readonly diskSize?: number | undefined;
}

/** What a device's configuration says about it. */
export interface AdaptRules {
  readonly enabled: boolean;
  /** Most times that an interval is stretched. */
  readonly stretch: number;
  /** Milliseconds of relief before a level is left. */
  readonly dwell: number;
  /** Celsius from where on the agent does less. */
  readonly temperature: number;
  /** Percent of charge from where on it does less. */
  readonly battery: number;
}

export interface CpuTimes {
  readonly busy: number;
  readonly total: number;
  readonly cores: number;
}

/** The first line of `/proc/stat`, and how many processors there are. */
export function cpuTimes(stat: string): CpuTimes | undefined {
  const fields = /^cpu +(.*)$/m.exec(stat)?.[1]?.split(' ').map(Number);
  if (fields === undefined || fields.length < 4 || fields.some(Number.isNaN)) return undefined;
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] =
    fields;
  const busy = user + nice + system + irq + softirq + steal;
  const cores = stat.match(/^cpu\d/gm)?.length ?? 1;
  return { busy, total: busy + idle + iowait, cores };
}

export function busyShare(before: CpuTimes | undefined, now: CpuTimes | undefined) {
  if (before === undefined || now === undefined || now.total <= before.total) return undefined;
  return Math.min(1, Math.max(0, (now.busy - before.busy) / (now.total - before.total)));
}

/** `some ... avg60=12.34` of a file in `/proc/pressure`, as a share. */
export function waitingShare(text: string): number | undefined {
  const percent = /^some .*?avg60=(\d+(?:\.\d+)?)/m.exec(text)?.[1];
  return percent === undefined ? undefined : Number(percent) / 100;
}

/** `MemAvailable` by `MemTotal`. */
export function availableShare(meminfo: string): number | undefined {
  const total = kilobytes(meminfo, 'MemTotal');
  const available = kilobytes(meminfo, 'MemAvailable');
  return total === undefined || available === undefined || total === 0
    ? undefined
    : Math.min(1, available / total);
}

function kilobytes(meminfo: string, name: string): number | undefined {
  const text = new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(meminfo)?.[1];
  return text === undefined ? undefined : Number(text);
}

/** The machine's batteries together; those of a mouse or a pen are not its own. */
export function batteryOf(uevents: readonly string[]): Pick<Figures, 'battery' | 'discharging'> {
  const own = uevents
    .map((text) => (key: string) => new RegExp(`^POWER_SUPPLY_${key}=(.*)$`, 'm').exec(text)?.[1])
    .filter((of) => of('TYPE') === 'Battery' && of('SCOPE') !== 'Device');
  const charges = own.map((of) => Number(of('CAPACITY') ?? Number.NaN)).filter(Number.isFinite);
  if (charges.length === 0) return {};
  const battery = charges.reduce((sum, charge) => sum + charge, 0) / charges.length / 100;
  return { battery, discharging: own.some((of) => of('STATUS') === 'Discharging') };
}

const SENSIBLE = { min: -60, max: 150 };

/** Of the hottest zone, from millidegrees; a sensor that is not there shows nonsense. */
export function hottest(millidegrees: readonly (string | undefined)[]): number | undefined {
  const celsius = millidegrees
    .filter((text) => text !== undefined && /^-?\d+\s*$/.test(text))
    .map((text) => Number(text) / 1000)
    .filter((value) => value > SENSIBLE.min && value < SENSIBLE.max);
  return celsius.length === 0 ? undefined : Math.max(...celsius);
}

/** One line for people: only what is known, in units they know. */
export function shownFigures(figures: Figures): Readonly<Record<string, string>> {
  const percent = (share: number) => `${Math.round(share * 100)}%`;
  const shown = {
    cpuBusy: figures.cpuBusy === undefined ? undefined : percent(figures.cpuBusy),
    loadPerCore: figures.loadPerCore?.toFixed(2),
    cpuWaiting: figures.cpuWaiting === undefined ? undefined : percent(figures.cpuWaiting),
    memoryWaiting: figures.memoryWaiting === undefined ? undefined : percent(figures.memoryWaiting),
    memoryAvailable:
      figures.memoryAvailable === undefined ? undefined : percent(figures.memoryAvailable),
    battery: figures.battery === undefined ? undefined : percent(figures.battery),
    discharging: figures.discharging === true ? 'yes' : undefined,
    temperature:
      figures.temperature === undefined ? undefined : `${figures.temperature.toFixed(1)}C`,
    throttled: figures.throttled === true ? 'yes' : undefined,
    diskFree:
      figures.diskFree === undefined ? undefined : `${Math.round(figures.diskFree / 1_048_576)}MiB`,
  };
  return Object.fromEntries(
    Object.entries(shown).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
