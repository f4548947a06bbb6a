/** The fleet table's content: what stands in each cell, in which order, found by which words. Pure. */

import { ago, bytes, count, percent, plural, short } from '../../core/present.ts';
import type { DeviceSummary } from '../../core/views.ts';
import type { Series } from '../series.ts';

/** What the table shows beyond the registry, in one query. */
export const FLEET_METRICS = [
  'node_load1',
  'node_memory_MemAvailable_bytes',
  'node_memory_MemTotal_bytes',
  'muster_agent_buffer_bytes',
  'muster_agent_buffer_records',
] as const;
export const FLEET_DISK = ['node_filesystem_avail_bytes', 'node_filesystem_size_bytes'] as const;

export interface Figures {
  readonly load: number | undefined;
  /** Percent. */
  readonly memory: number | undefined;
  readonly disk: number | undefined;
  readonly backlog: number | undefined;
  readonly backlogBytes: number | undefined;
}

export const NO_FIGURES: Figures = {
  load: undefined,
  memory: undefined,
  disk: undefined,
  backlog: undefined,
  backlogBytes: undefined,
};

export interface Row {
  readonly device: DeviceSummary;
  readonly figures: Figures;
}

export type ColumnKey =
  | 'id'
  | 'site'
  | 'state'
  | 'health'
  | 'seen'
  | 'version'
  | 'load'
  | 'memory'
  | 'disk'
  | 'backlog'
  | 'notes';

interface Column {
  readonly key: ColumnKey;
  readonly title: string;
  readonly numeric?: boolean;
  text(row: Row, now: number): string;
  /** What the order goes by; absent values come last. */
  sort(row: Row): string | number | undefined;
  /** 0 to 100, for the bar under a share. */
  share?(row: Row): number | undefined;
}

const STATES = { true: 'Up', false: 'Down', unknown: 'Unknown' } as const;

export function stateOf({ up }: Pick<DeviceSummary, 'up'>): 'Up' | 'Down' | 'Unknown' {
  return STATES[`${up ?? 'unknown'}`];
}

const HEALTHS = {
  healthy: 'Healthy',
  degraded: 'Degraded',
  unhealthy: 'Unhealthy',
  unknown: '–',
} as const;

/** `unknown` is of devices that never said. */
export function healthOf({ health }: Pick<DeviceSummary, 'health'>): keyof typeof HEALTHS {
  return health?.overall ?? 'unknown';
}

function optional(value: number | undefined, write: (value: number) => string): string {
  return value === undefined ? '–' : write(value);
}

function backlog({ backlog: records, backlogBytes }: Figures): string {
  if (records === undefined) return '–';
  if (records === 0) return 'none';
  return count(records) + (backlogBytes === undefined ? '' : ` (${bytes(backlogBytes)})`);
}

export function notes({ gapCount, problems }: DeviceSummary): string {
  const gaps = gapCount === 0 ? [] : [plural(gapCount, 'gap')];
  return [...problems.map((problem) => problem.split(':', 1)[0] ?? problem), ...gaps].join(', ');
}

export const COLUMNS: readonly Column[] = [
  { key: 'id', title: 'Device', text: ({ device }) => device.id, sort: ({ device }) => device.id },
  {
    key: 'site',
    title: 'Site',
    text: ({ device }) => device.site,
    sort: ({ device }) => device.site,
  },
  {
    key: 'state',
    title: 'State',
    text: ({ device }) => stateOf(device),
    sort: ({ device }) => ['Down', 'Unknown', 'Up'].indexOf(stateOf(device)),
  },
  {
    key: 'health',
    title: 'Health',
    text: ({ device }) => HEALTHS[healthOf(device)],
    sort: ({ device }) =>
      device.health && ['unhealthy', 'degraded', 'healthy'].indexOf(device.health.overall),
  },
  {
    key: 'seen',
    title: 'Last seen',
    text: ({ device }, now) => ago(device.lastSeen, now),
    sort: ({ device }) => -device.lastSeen,
  },
  {
    key: 'version',
    title: 'Version',
    text: ({ device }) => device.agentVersion || '–',
    sort: ({ device }) => device.agentVersion,
  },
  {
    key: 'load',
    title: 'Load',
    numeric: true,
    text: ({ figures }) => optional(figures.load, short),
    sort: ({ figures }) => figures.load,
  },
  {
    key: 'memory',
    title: 'Memory',
    numeric: true,
    text: ({ figures }) => optional(figures.memory, percent),
    sort: ({ figures }) => figures.memory,
    share: ({ figures }) => figures.memory,
  },
  {
    key: 'disk',
    title: 'Disk',
    numeric: true,
    text: ({ figures }) => optional(figures.disk, percent),
    sort: ({ figures }) => figures.disk,
    share: ({ figures }) => figures.disk,
  },
  {
    key: 'backlog',
    title: 'Buffered',
    numeric: true,
    text: ({ figures }) => backlog(figures),
    sort: ({ figures }) => figures.backlog,
  },
  {
    key: 'notes',
    title: 'Notes',
    text: ({ device }) => notes(device) || '–',
    sort: ({ device }) => -(device.problems.length * 1e6 + device.gapCount),
  },
];

export interface Order {
  readonly key: ColumnKey;
  readonly descending: boolean;
}

export function arrange(rows: readonly Row[], search: string, { key, descending }: Order): Row[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = rows.filter((row) => {
    const text = searchable(row.device);
    return words.every((word) => text.includes(word));
  });
  const column = COLUMNS.find((one) => one.key === key);
  const byId = (a: Row, b: Row): number => compare(a.device.id, b.device.id);
  return found.sort((a, b) => {
    const [x, y] = [column?.sort(a), column?.sort(b)];
    if (x === undefined || y === undefined) {
      return Number(x === undefined) - Number(y === undefined) || byId(a, b);
    }
    return (descending ? compare(y, x) : compare(x, y)) || byId(a, b);
  });
}

function searchable(device: DeviceSummary): string {
  const { id, site, agentVersion, labels, facts, problems } = device;
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const words = [
    id,
    site,
    stateOf(device),
    HEALTHS[healthOf(device)],
    device.health?.reason ?? '',
    agentVersion,
    ...pairs,
    ...Object.values(facts),
    ...problems,
  ];
  return words.join(' ').toLowerCase();
}

function compare(a: string | number, b: string | number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The newest figures of each device, from one vector of all metrics above. */
export function figuresOf(series: readonly Series[]): Map<string, Figures> {
  const raw = new Map<string, Record<string, number>>();
  for (const { labels, values } of series) {
    const { __name__: name = '', instance = '' } = labels;
    const known = raw.get(instance) ?? {};
    known[name] = values[0] as number;
    raw.set(instance, known);
  }
  return new Map(Array.from(raw, ([id, values]) => [id, figures(values)]));
}

function figures(v: Readonly<Record<string, number>>): Figures {
  return {
    load: v['node_load1'],
    memory: used(v['node_memory_MemAvailable_bytes'], v['node_memory_MemTotal_bytes']),
    disk: used(v['node_filesystem_avail_bytes'], v['node_filesystem_size_bytes']),
    backlog: v['muster_agent_buffer_records'],
    backlogBytes: v['muster_agent_buffer_bytes'],
  };
}

function used(available: number | undefined, total: number | undefined): number | undefined {
  if (available === undefined || total === undefined || total <= 0) return undefined;
  return 100 * (1 - available / total);
}
