/**
 * Whether this collector is the right size for its fleet: what to change, and the figures behind it.
 *
 * Advice begins when its condition held without a break for a while, and ends when the opposite did:
 * a burst is no reason to buy a machine, and an hour's calm none to sell one. Pure: the caller brings
 * readings and the time.
 */

/** up: a larger machine; out: more collectors; down: a smaller one; in: fewer. */
export type ScalingDirection = 'up' | 'out' | 'down' | 'in';

export type ScalingResource = 'cpu' | 'memory' | 'disk' | 'connections' | 'series' | 'ingest';

export interface LoadReading {
  /** UTC milliseconds. */
  readonly at: number;
  /** Share of the time in which the event loop worked, 0 to 1. One loop is one core. */
  readonly loop: number;
  /** Share of all cores in use by anybody, 0 to 1. */
  readonly machine: number;
  readonly memoryBytes: number;
  /** What the process may have: the machine's memory or its control group's limit. */
  readonly memoryLimit: number;
  readonly diskFree: number;
  readonly diskSize: number;
  readonly connections: number;
  readonly series: number;
  readonly seriesLimit: number;
  /** Messages left unacknowledged for want of room, since the start. */
  readonly refused: number;
}

export interface ScalingAdvice {
  readonly direction: ScalingDirection;
  readonly resource: ScalingResource;
  /** UTC milliseconds since when its condition holds. */
  readonly since: number;
  /** One line for people, with the figures. */
  readonly text: string;
}

export interface CapacityState {
  readonly rules: ReadonlyMap<string, Held>;
  /** Free bytes of the disk over time, oldest first, for the forecast. */
  readonly disk: readonly DiskPoint[];
  readonly last: LoadReading | undefined;
}

interface Held {
  /** Since when the condition is what it is now. */
  readonly since: number;
  readonly holds: boolean;
  /** Since when it is advised; absent while it is not. */
  readonly advised?: number;
}

interface DiskPoint {
  readonly at: number;
  readonly free: number;
}

interface Facts {
  readonly now: LoadReading;
  readonly before: LoadReading | undefined;
  readonly collectors: number;
  /** Milliseconds until the disk is full, when that can be told. */
  readonly diskFullIn: number | undefined;
}

interface Rule {
  readonly direction: ScalingDirection;
  readonly resource: ScalingResource;
  /** How long it has to hold before it is said, and to be over before it is taken back. */
  readonly afterMs: number;
  when(facts: Facts): boolean;
  text(facts: Facts): string;
}

const MINUTE = 60_000;
const DAY = 86_400_000;
const SOON = 10 * MINUTE;
/** Connections that one broker carries well (docs/benchmarks.md). */
const MANY_CONNECTIONS = 12_000;
const DISK_POINT_MS = 30 * MINUTE;
const DISK_POINTS = 96;
/** A trend of less than this says nothing. */
const DISK_TREND_MS = 6 * 60 * MINUTE;

const percent = (share: number) => `${Math.round(share * 100)} %`;
const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

const RULES: readonly Rule[] = [
  {
    direction: 'up',
    resource: 'cpu',
    afterMs: SOON,
    when: ({ now }) => now.loop > 0.7 && now.machine > 0.9,
    text: ({ now }) =>
      `the machine's cores are ${percent(now.machine)} busy and the event loop ${percent(now.loop)}: faster or more cores`,
  },
  {
    direction: 'out',
    resource: 'cpu',
    afterMs: SOON,
    when: ({ now }) => now.loop > 0.7 && now.machine <= 0.9,
    text: ({ now }) =>
      `the event loop is ${percent(now.loop)} busy while the machine is not (${percent(now.machine)}): more cores would not help, a second collector would`,
  },
  {
    direction: 'up',
    resource: 'memory',
    afterMs: SOON,
    when: ({ now }) => now.memoryBytes > 0.8 * now.memoryLimit,
    text: ({ now }) =>
      `${gib(now.memoryBytes)} of ${gib(now.memoryLimit)} memory used: more memory, or fewer series`,
  },
  {
    direction: 'up',
    resource: 'disk',
    afterMs: SOON,
    when: ({ now, diskFullIn }) =>
      now.diskFree < 0.1 * now.diskSize || (diskFullIn ?? Number.POSITIVE_INFINITY) < 7 * DAY,
    text: ({ now, diskFullIn }) =>
      `${gib(now.diskFree)} of ${gib(now.diskSize)} disk free${
        diskFullIn === undefined
          ? ''
          : `, full in ${(diskFullIn / DAY).toFixed(1)} days at this pace`
      }: a larger disk, or a shorter retention`,
  },
  {
    direction: 'out',
    resource: 'connections',
    afterMs: SOON,
    when: ({ now }) => now.connections > MANY_CONNECTIONS,
    text: ({ now }) =>
      `${now.connections} connections, ${MANY_CONNECTIONS} are well for one broker: an external broker or a second collector`,
  },
  {
    direction: 'up',
    resource: 'series',
    afterMs: SOON,
    when: ({ now }) => now.series > 0.9 * now.seriesLimit,
    text: ({ now }) =>
      `${now.series} of ${now.seriesLimit} series: raise store.limits.series (memory grows with it), or drop series`,
  },
  {
    direction: 'out',
    resource: 'ingest',
    afterMs: SOON,
    when: ({ now, before }) => before !== undefined && now.refused > before.refused,
    text: ({ now }) =>
      `messages are left unacknowledged for want of room (${now.refused} since the start): a faster disk or a second collector`,
  },
  {
    direction: 'in',
    resource: 'cpu',
    afterMs: DAY,
    when: ({ now, collectors }) =>
      collectors > 1 && (now.loop * collectors) / (collectors - 1) < 0.4 && roomy(now),
    text: ({ now, collectors }) =>
      `the event loop was below ${percent(0.4)} for a day (now ${percent(now.loop)}) with ${collectors} collectors: ${collectors - 1} would do`,
  },
  {
    direction: 'down',
    resource: 'cpu',
    afterMs: DAY,
    when: ({ now, collectors }) =>
      collectors === 1 && now.machine < 0.1 && now.loop < 0.1 && roomy(now),
    text: ({ now }) =>
      `for a day the machine was nearly idle (cores ${percent(now.machine)}, memory ${percent(now.memoryBytes / now.memoryLimit)}): a smaller one would do`,
  },
];

export const NO_CAPACITY_STATE: CapacityState = { rules: new Map(), disk: [], last: undefined };

/** One more reading. */
export function observeLoad(
  state: CapacityState,
  now: LoadReading,
  collectors: number,
): CapacityState {
  const disk = withDiskPoint(state.disk, now);
  const facts: Facts = { now, before: state.last, collectors, diskFullIn: diskFullIn(disk) };
  const rules = new Map(RULES.map((rule) => [nameOf(rule), hold(rule, state, facts)]));
  return { rules, disk, last: now };
}

/** What is advised now. */
export function scalingAdvice(state: CapacityState, collectors: number): readonly ScalingAdvice[] {
  const { last } = state;
  if (last === undefined) return [];
  const facts = { now: last, before: undefined, collectors, diskFullIn: diskFullIn(state.disk) };
  return RULES.flatMap((rule): ScalingAdvice[] => {
    const since = state.rules.get(nameOf(rule))?.advised;
    if (since === undefined) return [];
    const { direction, resource } = rule;
    return [{ direction, resource, since, text: rule.text(facts) }];
  });
}

function hold(rule: Rule, state: CapacityState, facts: Facts): Held {
  const { at } = facts.now;
  const holds = rule.when(facts);
  const before = state.rules.get(nameOf(rule));
  // A clock that was set back begins anew.
  const same = before !== undefined && before.holds === holds && before.since <= at;
  const since = same ? before.since : at;
  const long = at - since >= rule.afterMs;
  const advised = holds ? (before?.advised ?? (long ? since : undefined)) : ending(before, long);
  return advised === undefined ? { since, holds } : { since, holds, advised };
}

function ending(before: Held | undefined, long: boolean): number | undefined {
  return long ? undefined : before?.advised;
}

function nameOf({ direction, resource }: Rule): string {
  return `${direction} ${resource}`;
}

function roomy({ memoryBytes, memoryLimit, diskFree, diskSize }: LoadReading): boolean {
  return memoryBytes < 0.3 * memoryLimit && diskFree > 0.5 * diskSize;
}

function withDiskPoint(disk: readonly DiskPoint[], { at, diskFree }: LoadReading) {
  const last = disk.at(-1);
  if (last !== undefined && at >= last.at && at - last.at < DISK_POINT_MS) return disk;
  const kept = last !== undefined && at < last.at ? [] : disk;
  return [...kept, { at, free: diskFree }].slice(-DISK_POINTS);
}

/** By the straight line from the oldest point to the newest. */
function diskFullIn(disk: readonly DiskPoint[]): number | undefined {
  const [first] = disk;
  const last = disk.at(-1);
  if (first === undefined || last === undefined || last.at - first.at < DISK_TREND_MS)
    return undefined;
  const shrinking = (first.free - last.free) / (last.at - first.at);
  return shrinking > 0 ? last.free / shrinking : undefined;
}
