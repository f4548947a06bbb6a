/**
 * Which rollups are outdated. A partition marks hours and the day whenever chunks are written to
 * it; rows in memory have no mark yet, but change rollups as well.
 */
import { DAY, dayOf, HOUR } from '../../core/store/calendar.ts';
import { KIND, prefixRange } from '../../core/store/keys.ts';
import type { RollupStep } from '../../core/store/model.ts';
import type { Memory } from './memory.ts';
import type { Partition } from './partition.ts';
import type { Partitions } from './partitions.ts';
import type { SeriesIndex } from './series-index.ts';

/** Steps in [from, to): an hour for 1h, a day for 1m. */
export interface Dirt {
  readonly from: number;
  readonly to: number;
}

/** Spans in which stored steps of [from, to] must not be trusted, ascending. */
export async function outdated(
  partitions: Partitions,
  memory: Memory,
  index: SeriesIndex,
  step: RollupStep,
  from: number,
  to: number,
): Promise<Dirt[]> {
  const size = step === '1h' ? HOUR : DAY;
  const starts = new Set<number>();
  const add = (first: number, last: number) => {
    for (let at = Math.floor(first / size) * size; at <= last; at += size) {
      if (at + size > from && at <= to) starts.add(at);
    }
  };
  // A late sample is the predecessor of samples up to an hour on.
  for (const head of memory.heads()) add(head.minTime, head.maxTime + HOUR);
  for (const day of partitions.between(dayOf(from), dayOf(to))) {
    if (!index.work.has(day)) continue;
    await partitions.use(day, async (partition) => {
      if (step === '1m') {
        const marks = await groupsOutdated(partition);
        if (marks.length > 0) add(day * DAY, day * DAY);
      } else {
        for (const hour of (await hoursOutdated(partition)).keys())
          add(day * DAY + hour * HOUR, day * DAY + hour * HOUR);
      }
    });
  }
  return [...starts].sort((a, b) => a - b).map((at) => ({ from: at, to: at + size }));
}

/** Outdated groups of each hour that has any. */
async function hoursOutdated(partition: Partition): Promise<Map<number, string[]>> {
  const hours = new Map<number, string[]>();
  for await (const [key] of partition.scan(prefixRange(Uint8Array.of(KIND.dirtyHour)))) {
    const group = Buffer.from(key.subarray(2)).toString('hex');
    const hour = key[1] as number;
    const groups = hours.get(hour);
    if (groups === undefined) hours.set(hour, [group]);
    else groups.push(group);
  }
  return hours;
}

/** The first hour that has outdated groups. */
export async function firstHourOutdated(partition: Partition): Promise<number | undefined> {
  const [first] = await partition.first(prefixRange(Uint8Array.of(KIND.dirtyHour)), 1);
  return first?.[0][1];
}

/** Outdated groups of one hour. */
export async function hourOutdated(partition: Partition, hour: number): Promise<string[]> {
  const groups: string[] = [];
  for await (const [key] of partition.scan(prefixRange(Uint8Array.of(KIND.dirtyHour, hour)))) {
    groups.push(Buffer.from(key.subarray(2)).toString('hex'));
  }
  return groups;
}

/** Groups whose 1m rollups of the day are outdated. */
export async function groupsOutdated(partition: Partition): Promise<string[]> {
  const groups: string[] = [];
  for await (const [key] of partition.scan(prefixRange(Uint8Array.of(KIND.dirtyDay)))) {
    groups.push(Buffer.from(key.subarray(1)).toString('hex'));
  }
  return groups;
}
