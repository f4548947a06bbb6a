/** Heads that are full, or all of them, into their partitions. The caller holds the store's lock. */
import { HOUR } from '../../core/store/calendar.ts';
import { encodeHead } from '../../core/store/encode-head.ts';
import { encodeGroup } from '../../core/store/group-record.ts';
import type { Head } from '../../core/store/head.ts';
import { groupKey, KIND } from '../../core/store/keys.ts';
import { Batch } from './batch.ts';
import type { Memory } from './memory.ts';
import type { Partition } from './partition.ts';
import type { Partitions } from './partitions.ts';
import type { SeriesIndex } from './series-index.ts';

/** A batch is written when it has grown to this: large enough for fsync not to matter. */
const BATCH_BYTES = 2 * 1024 * 1024;

export class Flusher {
  private readonly memory: Memory;
  private readonly index: SeriesIndex;
  private readonly partitions: Partitions;
  private readonly metricOf = (id: number): number => this.index.table.metric(id);

  constructor(memory: Memory, index: SeriesIndex, partitions: Partitions) {
    this.memory = memory;
    this.index = index;
    this.partitions = partitions;
  }

  /** Writes the heads that wait now. Throws when the disk refuses; what is not written waits on. */
  async flush(): Promise<void> {
    if (this.memory.waiting.size === 0) return;
    await this.index.flush();
    for (const day of [...this.memory.waiting.keys()].sort((a, b) => a - b)) {
      try {
        await this.partitions.use(day, (partition) => this.flushDay(partition));
      } catch (error) {
        await this.partitions.reopen(day);
        throw error;
      }
    }
  }

  private async flushDay(partition: Partition): Promise<void> {
    const heads = [...(this.memory.waiting.get(partition.day) ?? [])];
    while (heads.length > 0) {
      const batch = new Batch();
      const written: Head[] = [];
      for (let head = heads.shift(); head !== undefined; head = heads.shift()) {
        this.put(partition, head, batch);
        written.push(head);
        if (batch.bytes >= BATCH_BYTES) break;
      }
      await batch.write(partition.db);
      for (const head of written) {
        partition.remember(head.layout.group, {
          seq: this.mark(partition, head),
          ids: head.layout.ids,
        });
      }
      this.memory.release(partition.day, written);
    }
  }

  private put(partition: Partition, head: Head, batch: Batch): void {
    const { group, ids } = head.layout;
    encodeHead(head, partition.takeOrder(batch), this.metricOf, batch.put);
    batch.put(groupKey(KIND.group, group), encodeGroup({ seq: this.mark(partition, head), ids }));
    const hours = new Set<number>();
    for (let row = 0; row < head.rows; row++) {
      hours.add(Math.floor((head.times[row] as number) / HOUR) % 24);
    }
    for (const hour of hours) batch.put(groupKey(KIND.dirtyHour, group, hour), NOTHING);
    batch.put(groupKey(KIND.dirtyDay, group), NOTHING);
  }

  /** Rows without a journal number leave the mark as it is. */
  private mark(partition: Partition, head: Head): number {
    return Math.max(head.seq, partition.marks.get(head.layout.group) ?? 0);
  }
}

const NOTHING = new Uint8Array();
