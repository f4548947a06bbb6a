/** What strains a machine, and from where on it counts: higher is worse. */
import type { AdaptRules, Figures } from './figures.ts';

export const SOURCES = ['cpu', 'memory', 'battery', 'temperature', 'disk'] as const;
export type Source = (typeof SOURCES)[number];

export interface Thresholds {
  /** For eased, strained and starved. */
  readonly enter: readonly number[];
  /** Below these it is over; always less than `enter`. */
  readonly leave: readonly number[];
}

export interface Gauge {
  readonly source: Source;
  /** `undefined`: this machine does not tell. */
  readonly strain: (figures: Figures, rules: AdaptRules) => number | undefined;
  readonly thresholds: (rules: AdaptRules) => Thresholds;
}

const fixed = (enter: readonly number[], leave: readonly number[]) => () => ({ enter, leave });
const MIB = 1_048_576;
/** What the agent wants to be free for itself and others: a share of the disk, or this at most. */
const FREE_SHARE = 0.05;
const FREE_BYTES = 512 * MIB;
const HOTTER = [0, 8, 15];
const COOLER = 5;
const LOWER = [1, 0.5, 0.25];
const CHARGED = 0.05;

export const GAUGES: readonly Gauge[] = [
  {
    // The share of a minute in which some task waited for a processor tells more than load does.
    source: 'cpu',
    strain: ({ cpuWaiting }) => cpuWaiting,
    thresholds: fixed([0.6, 0.8, 0.95], [0.45, 0.65, 0.85]),
  },
  {
    source: 'cpu',
    strain: ({ cpuWaiting, loadPerCore }) => (cpuWaiting === undefined ? loadPerCore : undefined),
    thresholds: fixed([1.5, 3, 6], [1, 2, 4]),
  },
  {
    source: 'cpu',
    strain: ({ cpuWaiting, cpuBusy }) => (cpuWaiting === undefined ? cpuBusy : undefined),
    thresholds: fixed([0.95], [0.8]),
  },
  {
    source: 'memory',
    strain: ({ memoryAvailable }) => complement(memoryAvailable),
    thresholds: fixed([0.9, 0.95, 0.98], [0.86, 0.92, 0.96]),
  },
  {
    source: 'memory',
    strain: ({ memoryWaiting }) => memoryWaiting,
    thresholds: fixed([0.2, 0.4, 0.7], [0.1, 0.25, 0.5]),
  },
  {
    source: 'battery',
    strain: ({ battery, discharging }) => (discharging ? complement(battery) : undefined),
    thresholds: ({ battery }) => {
      const enter = LOWER.map((share) => 1 - (battery / 100) * share);
      return { enter, leave: enter.map((value) => value - CHARGED) };
    },
  },
  {
    source: 'temperature',
    strain: ({ temperature }) => temperature,
    thresholds: ({ temperature }) => {
      const enter = HOTTER.map((more) => temperature + more);
      return { enter, leave: enter.map((value) => value - COOLER) };
    },
  },
  {
    source: 'temperature',
    strain: ({ throttled }) => (throttled === undefined ? undefined : Number(throttled)),
    thresholds: fixed([1], [1]),
  },
  {
    source: 'disk',
    strain: ({ diskFree, diskSize }) =>
      diskFree === undefined || diskSize === undefined || diskSize === 0
        ? undefined
        : Math.min(diskSize * FREE_SHARE, FREE_BYTES) / Math.max(1, diskFree),
    thresholds: fixed([1, 4, 16], [0.8, 3.2, 12.8]),
  },
];

function complement(share: number | undefined): number | undefined {
  return share === undefined ? undefined : 1 - share;
}
