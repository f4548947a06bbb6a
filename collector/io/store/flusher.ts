/** What is in memory into the partitions. The caller holds the store's lock. */
import { DAY, HOUR, WINDOW } from '../../core/store/calendar.ts';
import { encodeHead } from '../../core/store/encode-head.ts';
import { encodeGroup } from '../../core/store/group-record.ts';
import type { Head } from '../../core/store/head.ts';
import { groupKey, KIND } from '../../core/store/keys.ts';
import { encodeStaged } from '../../core/store/staged.ts';
import { Batch } from './batch.ts';
import { breathe } from './lock.ts';
import type { Memory } from './memory.ts';
import type { Partition } from './partition.ts';
import type { Partitions } from './partitions.ts';
import type { StoreParts } from './parts.ts';
import type { Precedence } from './precedence.ts';
import type { SeriesIndex } from './series-index.ts';

/** A batch is written when it has grown to this: large enough for fsync not to matter. */
const BATCH_BYTES = 2 * 1024 * 1024;
/** Cells encoded at a stretch, in which nothing else runs: half a millisecond, or a head if that is more. */
const STRETCH_CELLS = 3_000;
/**
 * One turn of the loop can bring more than a stretch takes away. The more waits beyond this, the
 * longer a stretch becomes, so that writing keeps up and memory does not grow.
 */
const CALM_CELLS = 2_000_000;
const STRETCH_SHARE = 1 / 12;

type Put = (partition: Partition, head: Head, batch: Batch) => () => void;

export class Flusher {
  private readonly memory: Memory;
  private readonly index: SeriesIndex;
  private readonly partitions: Partitions;
  private readonly precedence: Precedence;
  private readonly metricOf = (id: number): number => this.index.table.metric(id);
  /** What is live passes as long as writing keeps up. */
  private readonly pause = (): Promise<void> =>
    this.memory.waitingCells < CALM_CELLS ? this.precedence.giveWay() : breathe();
  /** One for all: V8 counts such memory as old, and marks its whole heap when 64 MB of it were made. */
  private readonly batch = new Batch();

  constructor({ memory, index, partitions, precedence }: StoreParts) {
    this.memory = memory;
    this.index = index;
    this.partitions = partitions;
    this.precedence = precedence;
  }

  /** Writes the heads that wait as chunks. Throws when the disk refuses; what is left waits on. */
  async flush(): Promise<void> {
    for (const [day, heads] of sortedByDay(this.memory.waiting)) {
      await this.markNextDay(heads);
      await this.write(day, heads, (partition, head, batch) =>
        this.putChunks(partition, head, batch),
      );
    }
  }

  /** Makes the rows of open heads durable without closing them. */
  async stage(): Promise<void> {
    const byDay = new Map<number, Head[]>();
    for (const head of this.memory.open) {
      if (head.rows === head.stagedRows) continue;
      const heads = byDay.get(head.day);
      if (heads === undefined) byDay.set(head.day, [head]);
      else heads.push(head);
    }
    for (const [day, heads] of sortedByDay(byDay)) {
      await this.write(day, heads, (partition, head, batch) =>
        this.putStaged(partition, head, batch),
      );
    }
  }

  /** Marks the first hour of the next day: the last hour of this one has got samples that precede it. */
  private async markNextDay(heads: readonly Head[]): Promise<void> {
    const groups = heads.filter(reachesLastHour).map((head) => head.layout);
    const day = (heads[0]?.day ?? 0) + 1;
    if (groups.length === 0 || !this.partitions.days.has(day)) return;
    await this.index.touch(day);
    await this.partitions.use(day, async (partition) => {
      const batch = new Batch();
      for (const { group } of groups) {
        if (!partition.roster.has(group)) continue;
        batch.put(groupKey(KIND.dirtyHour, group, 0), NOTHING);
        batch.put(groupKey(KIND.dirtyDay, group), NOTHING);
      }
      await partition.commit(batch, this.pause);
    });
  }

  private async write(day: number, heads: readonly Head[], put: Put): Promise<void> {
    if (heads.length === 0) return;
    await this.index.touch(day);
    await this.index.flush(this.pause);
    await this.partitions.use(day, (partition) => this.writeHeads(partition, heads, put));
  }

  private putChunks(partition: Partition, head: Head, batch: Batch): () => void {
    // Written before damage ended the write that is made again: its mark must not speak for others.
    if (head.rows === 0) return () => undefined;
    const { group } = head.layout;
    encodeHead(head, partition.takeOrder(), this.metricOf, batch.put);
    const remember = this.putMark(partition, head, batch);
    const hours = hoursOf(head);
    for (const hour of hours) {
      batch.put(Uint8Array.of(KIND.loose, Math.floor((hour * HOUR) / WINDOW)), NOTHING);
      batch.put(groupKey(KIND.dirtyHour, group, hour), NOTHING);
      // A late sample is the predecessor of those in the next hour.
      if (hour < 23) batch.put(groupKey(KIND.dirtyHour, group, hour + 1), NOTHING);
    }
    batch.put(groupKey(KIND.dirtyDay, group), NOTHING);
    for (let n = 0; n < head.stagedRecords; n++) batch.del(groupKey(KIND.staged, group, n));
    return () => {
      remember();
      this.memory.release(head);
    };
  }

  private putStaged(partition: Partition, head: Head, batch: Batch): () => void {
    const { rows, shuffles } = head;
    // Sealed while others were written: it is a chunk's turn then.
    if (!this.memory.open.has(head)) return () => undefined;
    const key = groupKey(KIND.staged, head.layout.group, head.stagedRecords);
    batch.put(key, encodeStaged(key, head, head.stagedRows, rows));
    head.stagedRecords++;
    const remember = this.putMark(partition, head, batch);
    return () => {
      remember();
      if (head.shuffles === shuffles) head.stagedRows = rows;
    };
  }

  /** Rows without a journal number leave the mark as it is. */
  private putMark(partition: Partition, head: Head, batch: Batch): () => void {
    const { group, raw } = head.layout;
    const record = { seq: Math.max(head.seq, partition.marks.get(group) ?? 0), ids: raw };
    batch.put(groupKey(KIND.group, group), encodeGroup(record));
    return () => partition.remember(group, record);
  }

  private async writeHeads(partition: Partition, heads: readonly Head[], put: Put): Promise<void> {
    const waiting = heads.reduce((sum, head) => sum + head.cells, 0);
    const stretch = Math.max(STRETCH_CELLS, (waiting - CALM_CELLS) * STRETCH_SHARE);
    const { batch } = this;
    // What damage or the disk has ended before may still be in it.
    batch.clear();
    let written: (() => void)[] = [];
    let cells = 0;
    for (const head of heads) {
      written.push(put(partition, head, batch));
      cells += head.cells;
      if (cells >= stretch) {
        cells = 0;
        await this.pause();
      }
      if (batch.bytes < BATCH_BYTES) continue;
      await partition.commit(batch, this.pause);
      for (const done of written) done();
      batch.clear();
      written = [];
    }
    await partition.commit(batch, this.pause);
    for (const done of written) done();
    batch.clear();
  }
}

function sortedByDay(heads: ReadonlyMap<number, Head[]>): [number, Head[]][] {
  return [...heads].sort(([a], [b]) => a - b).map(([day, list]) => [day, [...list]]);
}

function reachesLastHour({ day, maxTime }: Head): boolean {
  return maxTime >= (day + 1) * DAY - HOUR;
}

function hoursOf(head: Head): Set<number> {
  const hours = new Set<number>();
  for (let row = 0; row < head.rows; row++)
    hours.add(Math.floor((head.times[row] as number) / HOUR) % 24);
  return hours;
}

const NOTHING = new Uint8Array();
