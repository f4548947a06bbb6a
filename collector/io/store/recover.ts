/** What the start reads back: rows that a checkpoint staged, and how far each group had written. */
import { DAY } from '../../core/store/calendar.ts';
import { describe } from '../../core/store/errors.ts';
import { KIND, prefixRange } from '../../core/store/keys.ts';
import { decodeStaged } from '../../core/store/staged.ts';
import type { Log } from '../../ports.ts';
import type { Ends } from './ends.ts';
import type { Memory } from './memory.ts';
import type { Partition } from './partition.ts';
import type { Partitions } from './partitions.ts';
import type { SeriesIndex } from './series-index.ts';

export async function recover(
  index: SeriesIndex,
  partitions: Partitions,
  memory: Memory,
  ends: Ends,
  log: Log,
): Promise<void> {
  const marks = new Map<number, ReadonlyMap<string, number>>();
  // A damaged index may have lost its list of days, and the newest of its ids.
  const days = index.damaged
    ? [...partitions.days]
    : [...index.touched].filter((day) => partitions.days.has(day));
  if (index.damaged)
    await index.distrust(partitions.days).catch((error: unknown) =>
      log.warn('the index was damaged, and what has to be looked at again could not be noted', {
        reason: describe(error),
      }),
    );
  for (const day of days.sort((a, b) => a - b)) {
    await partitions.use(day, async (partition) => {
      for (const ids of partition.roster.values()) for (const id of ids) index.reserve(id);
      ends.look(partition);
      await restoreStaged(partition, memory, log);
      marks.set(day, new Map(partition.marks));
    });
  }
  memory.written = (group, day, seq) => seq <= (marks.get(day)?.get(group) ?? 0);
  for (const groups of marks.values()) {
    for (const seq of groups.values()) if (seq > memory.markedSeq) memory.markedSeq = seq;
  }
  const newest = Math.max(...partitions.days);
  if (partitions.days.size > 0)
    await partitions.use(newest, async (partition) => {
      memory.chunksUntil = (await partition.lastWindowEnd()) ?? newest * DAY;
    });
  memory.lastSeq = Math.max(0, index.covered - 1);
  if (index.lost > 0)
    log.error('labels of some series are lost: their samples cannot be found', {
      series: index.lost,
    });
}

async function restoreStaged(partition: Partition, memory: Memory, log: Log): Promise<void> {
  for await (const [key, value] of partition.scan(prefixRange(Uint8Array.of(KIND.staged)))) {
    const group = Buffer.from(key.subarray(1, 9)).toString('hex');
    const raw = partition.roster.get(group);
    const columns = raw === undefined ? 0 : memory.layouts.of(raw).ids.length;
    const block = columns === 0 ? undefined : decodeStaged(key, value, partition.day, columns);
    if (raw === undefined || block === undefined) {
      log.warn('damaged staged rows left out', { partition: partition.db.location, group });
      continue;
    }
    memory.restore(partition.marks.get(group) ?? 0, raw, partition.day, block);
  }
}
