/** Derives the rollups that are due, a bounded number at a time. The caller holds the store's lock. */
import { DAY, HOUR, MINUTE } from '../../core/store/calendar.ts';
import { groupKey, KIND } from '../../core/store/keys.ts';
import { nextStretch } from '../../core/store/stretch.ts';
import { Batch } from './batch.ts';
import { firstHourOutdated, groupsOutdated, hourOutdated } from './dirt.ts';
import type { Partition } from './partition.ts';
import type { Partitions } from './partitions.ts';
import type { Slices } from './precedence.ts';
import type { Rollups } from './rollups.ts';

/** After the end of an hour, before its rollups: most of what is late comes within it. */
const HOUR_GRACE = 5 * MINUTE;
/** The same for a day's 1m rollups. */
const DAY_GRACE = DAY;
/** Series derived at a stretch, for an hour and for a whole day: at first, and at most. */
const FIRST_SERIES = { hour: 200, day: 20 } as const;
const MOST_SERIES = { hour: 500, day: 50 } as const;

/** Groups that were outdated when they were looked for; an hour of the day, or the day as a whole. */
interface Queue {
  readonly day: number;
  readonly hour: number | undefined;
  readonly groups: string[];
}

export class Deriver {
  private readonly partitions: Partitions;
  private readonly rollups: Rollups;
  private readonly slices: Slices;
  /** Marks stay on disk until their groups are derived; those that come meanwhile are found later. */
  private queue: Queue | undefined;
  private readonly atOnce: { hour: number; day: number } = { ...FIRST_SERIES };

  constructor(partitions: Partitions, rollups: Rollups, slices: Slices) {
    this.partitions = partitions;
    this.rollups = rollups;
    this.slices = slices;
  }

  /** One stretch of a day that is due: whether there was one. */
  step(day: number, now: number): Promise<boolean> {
    return this.partitions.use(
      day,
      async (partition) =>
        (await this.hourStep(partition, now)) || (await this.dayStep(partition, now)),
    );
  }

  /** Whether nothing waits to be derived, now or later. */
  idle(day: number): Promise<boolean> {
    return this.partitions.use(
      day,
      async (partition) =>
        (await firstHourOutdated(partition)) === undefined &&
        (await groupsOutdated(partition)).length === 0,
    );
  }

  private async hourStep(partition: Partition, now: number): Promise<boolean> {
    const hour = this.waiting(partition)?.hour ?? (await firstHourOutdated(partition));
    if (hour === undefined) return false;
    const from = partition.day * DAY + hour * HOUR;
    // Hours come in order: none behind it is due either.
    if (from + HOUR + HOUR_GRACE > now) return false;
    const groups = await this.groups(partition, hour, () => hourOutdated(partition, hour));
    const taken = take(partition, groups, this.atOnce.hour);
    const samples = await this.rollups.derive(taken.ids, '1h', from, from + HOUR, this.slices);
    this.atOnce.hour = nextStretch(taken.ids.length, samples, MOST_SERIES.hour);
    await forget(
      partition,
      taken.groups.map((group) => groupKey(KIND.dirtyHour, group, hour)),
    );
    return true;
  }

  private async dayStep(partition: Partition, now: number): Promise<boolean> {
    const from = partition.day * DAY;
    if (from + DAY + DAY_GRACE > now) return false;
    const groups = await this.groups(partition, undefined, () => groupsOutdated(partition));
    if (groups.length === 0) return false;
    const taken = take(partition, groups, this.atOnce.day);
    const samples = await this.rollups.derive(taken.ids, '1m', from, from + DAY, this.slices);
    this.atOnce.day = nextStretch(taken.ids.length, samples, MOST_SERIES.day);
    await forget(
      partition,
      taken.groups.map((group) => groupKey(KIND.dirtyDay, group)),
    );
    return true;
  }

  /** What is left of what was found for this day. */
  private waiting({ day }: Partition): Queue | undefined {
    const { queue } = this;
    return queue !== undefined && queue.day === day && queue.groups.length > 0 ? queue : undefined;
  }

  /** Looked for once, and neighbours together: their chunks and rollups lie side by side. */
  private async groups(
    partition: Partition,
    hour: number | undefined,
    find: () => Promise<string[]>,
  ): Promise<string[]> {
    const waiting = this.waiting(partition);
    if (waiting !== undefined && waiting.hour === hour) return waiting.groups;
    const first = new Map<string, number>();
    for (const group of await find()) {
      first.set(group, partition.roster.get(group)?.find((id) => id !== 0) ?? 0);
      await this.slices.step();
    }
    const groups = Array.from(first)
      .sort(([, a], [, b]) => a - b)
      .map(([group]) => group);
    this.queue = { day: partition.day, hour, groups };
    return groups;
  }
}

/** Whole groups off the front, at least one when there are any, up to so many series. */
function take(
  partition: Partition,
  groups: string[],
  most: number,
): { groups: string[]; ids: Uint32Array } {
  const ids = new Set<number>();
  let count = 0;
  for (const group of groups) {
    if (ids.size >= most) break;
    count++;
    for (const id of partition.roster.get(group) ?? []) if (id !== 0) ids.add(id);
  }
  return { groups: groups.splice(0, count), ids: Uint32Array.from(ids).sort() };
}

async function forget(partition: Partition, keys: readonly Uint8Array[]): Promise<void> {
  const batch = new Batch();
  for (const key of keys) batch.del(key);
  await partition.commit(batch);
}
