/**
 * When each series was last in use, by the day: whether it takes a place of its owner's limit, and
 * when nothing of it can be left on the disk.
 *
 * The day is an upper bound of the days that it has samples on. It is not known at the start, until
 * the rosters of all partitions have been looked at; nothing is forgotten before.
 */
import type { SeriesId } from './model.ts';
import { NumberList } from './numbers.ts';

const LISTED = 1;
const COUNTED = 2;
/** The index on disk has its last day. */
const NOTED = 4;

export class SeriesLife {
  /** Series in the index. */
  listed = 0;
  /** A series that was in use before this day takes no place of its owner. */
  activeFrom = 0;
  private readonly last = new NumberList(1024);
  private readonly flags = new NumberList(1024);
  private readonly perOwner = new Map<number, number>();
  private readonly ownerOf: (id: SeriesId) => number;

  constructor(ownerOf: (id: SeriesId) => number) {
    this.ownerOf = ownerOf;
  }

  /** How many series of an owner are in use. */
  active(owner: number): number {
    return this.perOwner.get(owner) ?? 0;
  }

  isListed(id: SeriesId): boolean {
    return this.has(id, LISTED);
  }

  isNoted(id: SeriesId): boolean {
    return this.has(id, NOTED);
  }

  /** 0 when it is not known. */
  lastDay(id: SeriesId): number {
    return id < this.last.length ? this.last.at(id) : 0;
  }

  list(id: SeriesId): void {
    if (this.isListed(id)) return;
    this.listed++;
    this.flags.set(id, LISTED);
    this.last.set(id, 0);
  }

  unlist(id: SeriesId): void {
    if (!this.isListed(id)) return;
    this.retire(id);
    this.listed--;
    this.flags.set(id, 0);
  }

  /** It has samples on this day, or a device has named it then. */
  seen(id: SeriesId, day: number): void {
    if (day >= this.activeFrom && !this.has(id, COUNTED)) {
      this.flags.set(id, this.flags.at(id) | COUNTED);
      this.perOwner.set(this.ownerOf(id), this.active(this.ownerOf(id)) + 1);
    }
    if (day <= this.lastDay(id)) return;
    this.last.set(id, day);
    this.flags.set(id, this.flags.at(id) & ~NOTED);
  }

  /** Its last day is on disk. */
  note(id: SeriesId, day: number): void {
    if (!this.isListed(id)) return;
    if (day > this.lastDay(id)) this.last.set(id, day);
    this.flags.set(id, this.flags.at(id) | NOTED);
  }

  /** Gives back its place of the owner's limit when it is not in use any more. */
  retireIdle(id: SeriesId): void {
    if (this.lastDay(id) < this.activeFrom) this.retire(id);
  }

  private retire(id: SeriesId): void {
    if (!this.has(id, COUNTED)) return;
    this.flags.set(id, this.flags.at(id) & ~COUNTED);
    const owner = this.ownerOf(id);
    const left = this.active(owner) - 1;
    if (left > 0) this.perOwner.set(owner, left);
    else this.perOwner.delete(owner);
  }

  private has(id: SeriesId, flag: number): boolean {
    return id < this.flags.length && (this.flags.at(id) & flag) !== 0;
  }
}
