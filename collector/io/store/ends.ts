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
import { portionsOf } from './portions.ts';
import type { Slices } from './precedence.ts';
import type { SeriesIndex } from './series-index.ts';

/** In one step: partitions opened, series looked at, and series that something is written of. */
const DAYS = 2;
const LOOKS = 250_000;
const CHANGES = 10_000;
/** Series looked at before the time is, and series written as one. */
const GLANCE = 256;
const AT_ONCE = 1_000;

type Fate = 'kept' | 'ended' | 'gone';

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

  async step(now: number, retention: Retention, slices: Slices): Promise<void> {
    this.setNow(now);
    await this.lookAtNewest();
    if (this.unseen.size > 0) return;
    const bounds = this.bounds(now, retention);
    const { ended, gone } = await this.lookOn(bounds, slices);
    for (const ids of portionsOf(ended, AT_ONCE)) await this.index.noteEnds(ids);
    // One that came back since it was looked at is not gone.
    for (const ids of portionsOf(gone, AT_ONCE))
      await this.index.forget(ids.filter((id) => this.judge(id, bounds) === 'gone'));
  }

  private async lookOn(
    bounds: Bounds,
    slices: Slices,
  ): Promise<Record<'ended' | 'gone', number[]>> {
    const { life, table } = this.index;
    const ended: SeriesId[] = [];
    const gone: SeriesId[] = [];
    for (let looks = Math.min(LOOKS, table.size); looks > 0; looks--) {
      if (looks % GLANCE === 0) await slices.step();
      this.cursor = (this.cursor % table.size) + 1;
      const id = this.cursor;
      if (!life.isListed(id)) continue;
      life.retireIdle(id);
      const fate = this.judge(id, bounds);
      if (fate === 'ended') ended.push(id);
      if (fate === 'gone') gone.push(id);
      if (ended.length + gone.length >= CHANGES) break;
    }
    return { ended, gone };
  }

  private judge(id: SeriesId, bounds: Bounds): Fate {
    const { life, today } = this.index;
    const known = life.lastDay(id) > 0;
    // Nobody knows of samples of it: it may have had some whose rollups are kept until this day.
    if (!known) life.seen(id, Math.max(1, today - 2));
    const last = life.lastDay(id);
    if (known && last >= bounds.raw) return 'kept';
    if (!this.index.isSaved(id) || this.isHeld(id)) return 'kept';
    if (last < bounds.raw && last < bounds.rollups) return 'gone';
    return life.isNoted(id) ? 'kept' : 'ended';
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
