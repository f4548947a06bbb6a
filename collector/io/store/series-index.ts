/**
 * All series, in memory and on disk (`series-folder.ts`): read as a whole at the start, written
 * before any chunk that speaks of them.
 */
import { type Cardinality, cardinalityOf } from '../../core/store/cardinality.ts';
import { compileMatcher } from '../../core/store/matcher.ts';
import {
  type Labels,
  type Matcher,
  METRIC,
  type SeriesId,
  type SeriesMeta,
} from '../../core/store/model.ts';
import { Postings } from '../../core/store/postings.ts';
import { SeriesContent } from '../../core/store/series-content.ts';
import { SeriesLife } from '../../core/store/series-life.ts';
import { INDEX_KIND, indexKey } from '../../core/store/series-record.ts';
import { SeriesTable, typeNumber } from '../../core/store/series-table.ts';
import { StringTable } from '../../core/store/strings.ts';
import type { Log } from '../../ports.ts';
import { Batch } from './batch.ts';
import { SeriesFolder } from './series-folder.ts';
import { SeriesWriter } from './series-writer.ts';

export interface SeriesLimits {
  readonly perOwner: number;
  readonly total: number;
}

export class SeriesIndex {
  refused = 0;
  covered = 0;
  /** Ids whose labels are gone: both copies of the index were damaged. */
  lost = 0;
  /** The day it is; 0 while nobody has said. */
  today = 0;
  /** Days whose partitions the next start has to read. */
  readonly touched = new Set<number>();
  /** Days that housekeeping has to look at. */
  readonly work = new Set<number>();
  /** It was damaged: ids of series that chunks still name, and days, may be missing. */
  readonly damaged: boolean;
  readonly strings = new StringTable();
  readonly table = new SeriesTable(this.strings);
  readonly life = new SeriesLife((id) => this.table.owner(id));
  private readonly postings = new Postings(this.strings);
  private readonly limits: SeriesLimits;
  private readonly folder: SeriesFolder;
  private readonly writer: SeriesWriter;

  private constructor(folder: SeriesFolder, limits: SeriesLimits) {
    this.folder = folder;
    this.limits = limits;
    this.damaged = !folder.content.whole;
    this.writer = new SeriesWriter(folder, this.strings, this.table, this.life);
    this.take(folder.content);
  }

  static async open(path: string, limits: SeriesLimits, log: Log): Promise<SeriesIndex> {
    const folder = await SeriesFolder.open(path, log);
    const index = new SeriesIndex(folder, limits);
    folder.content = new SeriesContent();
    index.covered = await folder.covered();
    for (const day of await folder.days(INDEX_KIND.touched)) index.touched.add(day);
    for (const day of await folder.days(INDEX_KIND.work)) index.work.add(day);
    await folder.ends((id, day) => index.life.note(id, day));
    return index;
  }

  resolve(labels: Labels, meta: SeriesMeta, owner: string): SeriesId {
    const pairs = this.table.knownPairs(labels);
    const known = pairs && this.table.find(pairs);
    if (known !== undefined && this.life.isListed(known)) return known;
    const used = this.life.active(this.strings.find(owner) ?? 0);
    if (this.life.listed >= this.limits.total || used >= this.limits.perOwner) {
      this.refused++;
      return 0;
    }
    const id = known ?? this.addNew(pairs ?? this.table.pairsOf(labels), meta, owner);
    this.seen([id], this.today);
    return id;
  }

  /** These series have samples on a day, or are about to. A forgotten one comes back. */
  seen(ids: Iterable<SeriesId>, day: number): void {
    for (const id of ids) {
      if (!this.life.isListed(id)) {
        const pairs = id <= this.table.size ? this.table.pairs(id) : [];
        if (pairs.length === 0) continue;
        this.list(id);
        this.writer.again(id);
      }
      this.life.seen(id, day);
    }
  }

  /** Whoever still holds the id may use it on; after a restart its labels get another. */
  async forget(ids: readonly SeriesId[]): Promise<void> {
    this.postings.remove(ids, (id) => this.table.pairs(id));
    for (const id of ids) this.life.unlist(id);
    await this.writer.forget(ids);
  }

  /** Whether the disk has its labels. */
  isSaved(id: SeriesId): boolean {
    return this.writer.isSaved(id);
  }

  noteEnds(ids: readonly SeriesId[]): Promise<void> {
    return this.writer.noteEnds(ids);
  }

  /** Ids of matching series, ascending. */
  match(matchers: readonly Matcher[]): Uint32Array {
    return this.postings.select(matchers.map(compileMatcher));
  }

  cardinality(limit: number): Cardinality {
    return cardinalityOf(this.postings.labelPairs(), this.life.listed, METRIC, limit);
  }

  /** How many series a metric has, by the number of its name. */
  seriesOf(metric: number): number {
    return this.postings.count(METRIC, metric);
  }

  /** Writes what is new, synced: before any chunk that speaks of it. */
  flush(pause?: () => Promise<void>): Promise<void> {
    return this.writer.flush(pause);
  }

  /** Journal entries below this are in the partitions, all of them. */
  async cover(seq: number): Promise<void> {
    if (seq !== this.covered) await this.folder.writeCovered(seq);
    this.covered = seq;
  }

  /** Before the first write to a day since it was last untouched. */
  async touch(day: number): Promise<void> {
    if (this.touched.has(day) && this.work.has(day)) return;
    const batch = new Batch();
    batch.put(indexKey(INDEX_KIND.touched, day), new Uint8Array());
    batch.put(indexKey(INDEX_KIND.work, day), new Uint8Array());
    await this.folder.write(batch);
    this.touched.add(day);
    this.work.add(day);
  }

  /** After damage: all that may have been forgotten about days is to be looked at, also by the next start. */
  async distrust(days: Iterable<number>): Promise<void> {
    const batch = new Batch();
    for (const day of days) {
      batch.put(indexKey(INDEX_KIND.touched, day), new Uint8Array());
      batch.put(indexKey(INDEX_KIND.work, day), new Uint8Array());
      this.touched.add(day);
      this.work.add(day);
    }
    await this.folder.write(batch);
  }

  async workDone(day: number): Promise<void> {
    const batch = new Batch();
    batch.del(indexKey(INDEX_KIND.work, day));
    await this.folder.write(batch);
    this.work.delete(day);
  }

  /** All days but these need not be read at the next start. */
  async keepTouched(days: ReadonlySet<number>): Promise<void> {
    const batch = new Batch();
    const gone = [...this.touched].filter((day) => !days.has(day));
    for (const day of gone) batch.del(indexKey(INDEX_KIND.touched, day));
    await this.folder.write(batch);
    for (const day of gone) this.touched.delete(day);
  }

  reopen(): Promise<void> {
    return this.folder.reopen();
  }

  close(): Promise<void> {
    return this.folder.close();
  }

  /** Ids up to this one are taken, whoever had them: chunks of lost series must not find a new owner. */
  reserve(id: SeriesId): void {
    if (this.table.size < id) this.lost += id - this.table.size;
    while (this.table.size < id) this.table.addLost();
  }

  private take(content: SeriesContent): void {
    const { texts, ids, words, count, whole } = content;
    for (const [number, text] of texts) this.strings.restore(number, text);
    this.table.reserve(content.lastId, words.length);
    for (let place = 0; place < ids.length; place++) {
      const begin = content.begin(place);
      const end = content.end(place);
      while (this.table.size < ids.at(place) - 1) this.table.addLost();
      if (!this.readable(words.data, begin + 2, end)) continue;
      const id = this.table.add({
        type: words.at(begin),
        unit: words.at(begin + 1),
        owner: words.at(begin + 2),
        pairs: words.data.subarray(begin + 3, end),
      });
      this.list(id);
    }
    this.strings.reserve(count?.texts ?? 0);
    while (this.table.size < Math.max(count?.lastSeries ?? 0, content.lastId)) this.table.addLost();
    this.lost = Math.max(0, (count?.series ?? content.lastId) - this.life.listed);
    // All of it is written again when one of the copies had lost some.
    if (whole) this.writer.allSaved();
  }

  private readable(words: Uint32Array, from: number, to: number): boolean {
    let whole = true;
    for (let at = from; at < to; at++) {
      const number = words[at] as number;
      if (number >= 1 && this.strings.text(number) !== '') continue;
      whole = false;
      this.strings.reserve(number);
    }
    return whole;
  }

  private addNew(pairs: Uint32Array, meta: SeriesMeta, owner: string): SeriesId {
    const unit = meta.unit === '' ? 0 : this.strings.intern(meta.unit);
    const type = typeNumber(meta.type);
    const id = this.table.add({ type, unit, owner: this.strings.intern(owner), pairs });
    this.list(id);
    return id;
  }

  private list(id: SeriesId): void {
    this.life.list(id);
    this.postings.add(id, this.table.pairs(id));
  }
}
