/**
 * Series that end: they give back their place of the owner's limit when they have no samples for a
 * day, and leave the index when retention has dropped all that was kept of them. In small steps:
 * first the rosters of all partitions are looked at, then the series are passed through, again and
 * again. The caller holds the store's lock.
 */
import { DAY, dayOf } from '../../core/store/calendar.ts';
import type { SeriesId } from '../../core/store/model.ts';
import type { Memory } from './memory.ts';
import type { Retention } from './options.ts';
import type { Partition } from './partition.ts';
import type { Partitions } from './partitions.ts';
import type { SeriesIndex } from './series-index.ts';

/** In one step: partitions opened, series looked at, and series that something is written of. */
const DAYS = 2;
const LOOKS = 250_000;
const CHANGES = 10_000;

export class Ends {
  private readonly index: SeriesIndex;
  private readonly partitions: Partitions;
  private readonly memory: Memory;
  private readonly unseen: Set<number>;
  private cursor = 0;

  constructor(index: SeriesIndex, partitions: Partitions, memory: Memory) {
    this.index = index;
    this.partitions = partitions;
    this.memory = memory;
    this.unseen = new Set(partitions.days);
  }

  /** Takes note of who has samples in a partition. */
  look(partition: Partition): void {
    this.unseen.delete(partition.day);
    for (const ids of partition.roster.values()) this.index.seen(ids, partition.day);
  }

  setNow(now: number): void {
    this.index.today = dayOf(now);
    this.index.life.activeFrom = dayOf(now) - 1;
  }

  /** The newest days decide who has a place, so they are looked at before anybody asks for one. */
  async lookAtNewest(): Promise<void> {
    for (const day of [...this.unseen].sort((a, b) => b - a).slice(0, DAYS)) await this.lookAt(day);
  }

  async step(now: number, retention: Retention): Promise<void> {
    this.setNow(now);
    await this.lookAtNewest();
    if (this.unseen.size > 0) return;
    const { life, table } = this.index;
    const bounds = this.bounds(now, retention);
    const ended: SeriesId[] = [];
    const gone: SeriesId[] = [];
    for (let looks = Math.min(LOOKS, table.size); looks > 0; looks--) {
      this.cursor = (this.cursor % table.size) + 1;
      const id = this.cursor;
      if (!life.isListed(id)) continue;
      life.retireIdle(id);
      this.judge(id, bounds, ended, gone);
      if (ended.length + gone.length >= CHANGES) break;
    }
    if (ended.length > 0) await this.index.noteEnds(ended);
    if (gone.length > 0) await this.index.forget(gone);
  }

  private judge(id: SeriesId, bounds: Bounds, ended: SeriesId[], gone: SeriesId[]): void {
    const { life, today } = this.index;
    const known = life.lastDay(id) > 0;
    // Nobody knows of samples of it: it may have had some whose rollups are kept until this day.
    if (!known) life.seen(id, Math.max(1, today - 2));
    const last = life.lastDay(id);
    if (known && last >= bounds.raw) return;
    if (!this.index.isSaved(id) || this.isHeld(id)) return;
    if (last < bounds.raw && last < bounds.rollups) gone.push(id);
    else if (!life.isNoted(id)) ended.push(id);
  }

  /** The first days of which something may be kept: samples, and rollups, which go by the month. */
  private bounds(now: number, { raw, minute, hour }: Retention): Bounds {
    let first = dayOf(now - raw);
    for (const day of this.partitions.days) if (day < first) first = day;
    const floor = new Date(now - Math.max(minute, hour));
    const month = Date.UTC(floor.getUTCFullYear(), floor.getUTCMonth(), 1);
    return { raw: first, rollups: month / DAY };
  }

  private isHeld(id: SeriesId): boolean {
    return this.memory.layouts.holding(id).some((layout) => layout.inUse);
  }

  private async lookAt(day: number): Promise<void> {
    this.unseen.delete(day);
    if (!this.partitions.days.has(day)) return;
    await this.partitions.use(day, (partition) => Promise.resolve(this.look(partition)));
  }
}

interface Bounds {
  readonly raw: number;
  readonly rollups: number;
}
