/**
 * All series, in memory and on disk (`series-folder.ts`): read as a whole at the start, written
 * before any chunk that speaks of them.
 */
import { compileMatcher } from '../../core/store/matcher.ts';
import {
  type Labels,
  type Matcher,
  METRIC,
  type SeriesId,
  type SeriesMeta,
} from '../../core/store/model.ts';
import { Postings } from '../../core/store/postings.ts';
import { encodeSeries, encodeText, INDEX_KIND, indexKey } from '../../core/store/series-record.ts';
import { type SeriesRecord, SeriesTable, typeNumber } from '../../core/store/series-table.ts';
import { StringTable } from '../../core/store/strings.ts';
import type { Log } from '../../ports.ts';
import { Batch } from './batch.ts';
import { type SeriesContent, SeriesFolder } from './series-folder.ts';

export interface SeriesLimits {
  readonly perOwner: number;
  readonly total: number;
}

export class SeriesIndex {
  refused = 0;
  covered = 0;
  /** Ids whose labels are gone: both copies of the index were damaged. */
  lost = 0;
  /** Days whose partitions the next start has to read. */
  readonly touched = new Set<number>();
  /** Days that housekeeping has to look at. */
  readonly work = new Set<number>();
  /** It was damaged: ids of series that chunks still name, and days, may be missing. */
  readonly damaged: boolean;
  readonly strings = new StringTable();
  readonly table = new SeriesTable(this.strings);
  private readonly postings = new Postings(this.strings);
  private readonly perOwner = new Map<number, number>();
  private readonly limits: SeriesLimits;
  private readonly folder: SeriesFolder;
  private savedTexts = 0;
  private savedSeries = 0;

  private constructor(folder: SeriesFolder, limits: SeriesLimits) {
    this.folder = folder;
    this.limits = limits;
    this.damaged = !folder.content.whole;
    this.take(folder.content);
  }

  static async open(path: string, limits: SeriesLimits, log: Log): Promise<SeriesIndex> {
    const folder = await SeriesFolder.open(path, log);
    const index = new SeriesIndex(folder, limits);
    index.covered = await folder.covered();
    for (const day of await folder.days(INDEX_KIND.touched)) index.touched.add(day);
    for (const day of await folder.days(INDEX_KIND.work)) index.work.add(day);
    return index;
  }

  resolve(labels: Labels, meta: SeriesMeta, owner: string): SeriesId {
    const pairs = this.table.pairsOf(labels);
    const known = this.table.find(pairs);
    if (known !== undefined) return known;
    const ownerNumber = this.strings.intern(owner);
    if (this.table.size >= this.limits.total || this.count(ownerNumber) >= this.limits.perOwner) {
      this.refused++;
      return 0;
    }
    const unit = meta.unit === '' ? 0 : this.strings.intern(meta.unit);
    return this.add({ type: typeNumber(meta.type), unit, owner: ownerNumber, pairs });
  }

  /** Ids of matching series, ascending. */
  match(matchers: readonly Matcher[]): Uint32Array {
    return this.postings.select(matchers.map(compileMatcher));
  }

  /** How many series a metric has, by the number of its name. */
  seriesOf(metric: number): number {
    return this.postings.count(METRIC, metric);
  }

  /** Writes what is new, synced: before any chunk that speaks of it. */
  async flush(): Promise<void> {
    const texts = this.strings.size;
    const series = this.table.size;
    const batch = new Batch();
    for (let n = this.savedTexts + 1; n <= texts; n++) {
      const text = this.strings.text(n);
      const key = indexKey(INDEX_KIND.text, n);
      if (text !== '') batch.put(key, encodeText(key, text));
    }
    for (let id = this.savedSeries + 1; id <= series; id++) {
      const key = indexKey(INDEX_KIND.series, id);
      if (this.table.pairs(id).length > 0) batch.put(key, encodeSeries(key, this.table.record(id)));
    }
    await this.folder.writeBoth(batch);
    this.savedTexts = texts;
    this.savedSeries = series;
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

  private take({ texts, series, whole }: SeriesContent): void {
    for (const [number, text] of texts) this.strings.restore(number, text);
    for (const id of [...series.keys()].sort((a, b) => a - b)) {
      const record = series.get(id) as SeriesRecord;
      this.reserve(id - 1);
      if (this.readable(record)) this.add(record);
      else this.reserve(id);
    }
    texts.clear();
    series.clear();
    // All of it is written again when one of the copies had lost some.
    this.savedTexts = whole ? this.strings.size : 0;
    this.savedSeries = whole ? this.table.size : 0;
  }

  private readable(record: SeriesRecord): boolean {
    let whole = true;
    for (const number of [record.owner, ...record.pairs]) {
      if (number >= 1 && this.strings.text(number) !== '') continue;
      whole = false;
      this.strings.reserve(number);
    }
    return whole;
  }

  private add(record: SeriesRecord): SeriesId {
    const id = this.table.add(record);
    this.postings.add(id, record.pairs);
    this.perOwner.set(record.owner, this.count(record.owner) + 1);
    return id;
  }

  private count(owner: number): number {
    return this.perOwner.get(owner) ?? 0;
  }
}
