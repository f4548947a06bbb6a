/** Derives the rollups that are due, a bounded number at a time. The caller holds the store's lock. */
import { DAY, HOUR, MINUTE } from '../../core/store/calendar.ts';
import { groupKey, KIND } from '../../core/store/keys.ts';
import { Batch } from './batch.ts';
import { groupsOutdated, hoursOutdated } from './dirt.ts';
import type { Partition } from './partition.ts';
import type { Partitions } from './partitions.ts';
import type { Rollups } from './rollups.ts';

/** After the end of an hour, before its rollups: most of what is late comes within it. */
const HOUR_GRACE = 5 * MINUTE;
/** The same for a day's 1m rollups. */
const DAY_GRACE = DAY;
/** Series derived at a stretch, for an hour and for a whole day. */
const SERIES_AT_ONCE = { hour: 2000, day: 200 } as const;

export class Deriver {
  private readonly partitions: Partitions;
  private readonly rollups: Rollups;

  constructor(partitions: Partitions, rollups: Rollups) {
    this.partitions = partitions;
    this.rollups = rollups;
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
        (await hoursOutdated(partition)).size === 0 &&
        (await groupsOutdated(partition)).length === 0,
    );
  }

  private async hourStep(partition: Partition, now: number): Promise<boolean> {
    for (const [hour, groups] of await hoursOutdated(partition)) {
      const from = partition.day * DAY + hour * HOUR;
      if (from + HOUR + HOUR_GRACE > now) continue;
      const taken = take(partition, groups, SERIES_AT_ONCE.hour);
      await this.rollups.derive(taken.ids, '1h', from, from + HOUR);
      await forget(
        partition,
        taken.groups.map((group) => groupKey(KIND.dirtyHour, group, hour)),
      );
      return true;
    }
    return false;
  }

  private async dayStep(partition: Partition, now: number): Promise<boolean> {
    const from = partition.day * DAY;
    if (from + DAY + DAY_GRACE > now) return false;
    const groups = await groupsOutdated(partition);
    if (groups.length === 0) return false;
    const taken = take(partition, groups, SERIES_AT_ONCE.day);
    await this.rollups.derive(taken.ids, '1m', from, from + DAY);
    await forget(
      partition,
      taken.groups.map((group) => groupKey(KIND.dirtyDay, group)),
    );
    return true;
  }
}

/** Whole groups, at least one, up to so many series. */
function take(
  partition: Partition,
  groups: readonly string[],
  most: number,
): { groups: string[]; ids: Uint32Array } {
  const taken: string[] = [];
  const ids = new Set<number>();
  for (const group of groups) {
    if (ids.size >= most) break;
    taken.push(group);
    for (const id of partition.roster.get(group) ?? []) if (id !== 0) ids.add(id);
  }
  return { groups: taken, ids: Uint32Array.from(ids).sort() };
}

async function forget(partition: Partition, keys: readonly Uint8Array[]): Promise<void> {
  const batch = new Batch();
  for (const key of keys) batch.del(key);
  await partition.commit(batch);
}
