/** Which charts a device has and how their lines come from raw samples. Pure. */
import { bytes, percent, short } from '../../core/present.ts';
import { asPoints, combine, type Line, rate, type Series, sum } from '../series.ts';

export interface ChartPlan {
  readonly title: string;
  /** Metrics that it needs. */
  readonly metrics: readonly string[];
  lines(series: readonly Series[]): Line[];
  write(value: number): string;
  /** Upper end of the axis when the values do not reach it. */
  readonly top?: number;
  /** The axis goes in powers of two. */
  readonly binary?: true;
}

export const CHARTS: readonly ChartPlan[] = [
  {
    title: 'CPU busy',
    metrics: ['node_cpu_seconds_total'],
    lines: (series) => {
      const idle = series.filter(({ labels }) => labels['mode'] === 'idle').map(rate);
      return one(
        'busy',
        combine(idle, (r) => clamp(100 * (1 - sum(r) / r.length))),
      );
    },
    write: percent,
    top: 100,
  },
  {
    title: 'Memory used',
    metrics: ['node_memory_MemAvailable_bytes', 'node_memory_MemTotal_bytes'],
    lines: (series) => [
      ...one('used', usedBytes(series)),
      ...named(series, 'node_memory_MemTotal_bytes').map((s) => ({
        label: 'total',
        points: asPoints(s),
      })),
    ],
    write: bytes,
    binary: true,
    top: 0,
  },
  {
    title: 'Load',
    metrics: ['node_load1', 'node_load5', 'node_load15'],
    lines: (series) =>
      [1, 5, 15].flatMap((minutes) =>
        named(series, `node_load${minutes}`).map((s) => ({
          label: `${minutes} min`,
          points: asPoints(s),
        })),
      ),
    write: short,
    top: 1,
  },
  {
    title: 'Network',
    metrics: ['node_network_receive_bytes_total', 'node_network_transmit_bytes_total'],
    lines: (series) => [
      ...one('received', traffic(series, 'node_network_receive_bytes_total')),
      ...one('sent', traffic(series, 'node_network_transmit_bytes_total')),
    ],
    write: (value) => `${bytes(value)}/s`,
    top: 1024,
    binary: true,
  },
  {
    title: 'Disk used',
    metrics: ['node_filesystem_avail_bytes', 'node_filesystem_size_bytes'],
    lines: (series) =>
      named(series, 'node_filesystem_size_bytes').flatMap((size) => {
        const mount = size.labels['mountpoint'] ?? '';
        const device = size.labels['device'];
        const free = named(series, 'node_filesystem_avail_bytes').find(
          ({ labels }) => labels['mountpoint'] === mount && labels['device'] === device,
        );
        return free === undefined ? [] : one(mount, shareUsed(free, size));
      }),
    write: percent,
    top: 100,
  },
  {
    title: 'Temperature',
    metrics: ['node_thermal_zone_temp', 'node_hwmon_temp_celsius'],
    lines: (series) => series.map((s) => ({ label: sensor(s.labels), points: asPoints(s) })),
    write: (value) => `${short(value)} °C`,
    top: 0,
  },
];

/** One selector for all charts of one device. */
export function selectorFor(device: string): string {
  const names = CHARTS.flatMap(({ metrics }) => metrics).join('|');
  return `{__name__=~"${names}",instance=${JSON.stringify(device)}}`;
}

function named(series: readonly Series[], name: string): Series[] {
  return series.filter(({ labels }) => labels['__name__'] === name);
}

function one(label: string, points: Line['points']): Line[] {
  return points.size === 0 ? [] : [{ label, points }];
}

function usedBytes(series: readonly Series[]): Line['points'] {
  const total = named(series, 'node_memory_MemTotal_bytes').map(asPoints);
  const free = named(series, 'node_memory_MemAvailable_bytes').map(asPoints);
  return combine([...total, ...free], ([all = 0, available = 0]) => all - available);
}

function shareUsed(free: Series, size: Series): Line['points'] {
  return combine([asPoints(size), asPoints(free)], ([all = 1, available = 0]) =>
    clamp(100 * (1 - available / all)),
  );
}

/** All interfaces but the loopback one. */
function traffic(series: readonly Series[], name: string): Line['points'] {
  const rates = named(series, name)
    .filter(({ labels }) => labels['device'] !== 'lo')
    .map(rate);
  return combine(rates, sum);
}

function sensor(labels: Readonly<Record<string, string>>): string {
  const { type, zone, chip, sensor: name } = labels;
  return type === undefined ? `${chip ?? ''} ${name ?? ''}`.trim() : `${type} ${zone ?? ''}`.trim();
}

function clamp(value: number): number {
  return Math.min(100, Math.max(0, value));
}
