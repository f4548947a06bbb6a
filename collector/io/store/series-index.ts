/**
 * The series on disk: `index/`, read into memory as a whole at the start.
 *
 * Keys: `c` -> varint: journal entries below it are in the partitions; `d` day u32 -> nothing: a partition that holds journal marks or staged rows which the next
 * start needs; `w` day u32 ->
 * nothing: a partition that may want rollups or compaction; `t` text number u32 -> UTF-8 text; `s` series id u32 -> varints: type, unit, owner, then
 * name, value, name, value, ... all but the type being text numbers.
 */
import { ByteReader } from '../../../protocol/bytes/reader.ts';
import { ByteWriter } from '../../../protocol/bytes/writer.ts';
import { StoreError } from '../../core/store/errors.ts';
import { getU32, prefixRange, putU32 } from '../../core/store/keys.ts';
import { compileMatcher } from '../../core/store/matcher.ts';
import {
  type Labels,
  type Matcher,
  METRIC,
  type SeriesId,
  type SeriesMeta,
} from '../../core/store/model.ts';
import { Postings } from '../../core/store/postings.ts';
import { type SeriesRecord, SeriesTable, typeNumber } from '../../core/store/series-table.ts';
import { StringTable } from '../../core/store/strings.ts';
import type { Log } from '../../ports.ts';
import { Batch } from './batch.ts';
import { isDamage, type Level, openFolder } from './folder.ts';

const SIZES = { cacheSize: 1024 * 1024, writeBufferSize: 4 * 1024 * 1024, compression: false };
const COVERED = Uint8Array.of(0x63);
const TOUCHED = 0x64;
const WORK = 0x77;
const TEXT = 0x74;
const SERIES = 0x73;

export interface SeriesLimits {
  readonly perOwner: number;
  readonly total: number;
}

export class SeriesIndex {
  refused = 0;
  covered = 0;
  /** Ids whose labels are gone: the index was damaged. */
  lost = 0;
  /** Days whose partitions the next start has to read. */
  readonly touched = new Set<number>();
  /** Days that housekeeping has to look at. */
  readonly work = new Set<number>();
  /** It was damaged: ids of series that chunks still name may be missing. */
  readonly damaged: boolean;
  readonly strings = new StringTable();
  readonly table = new SeriesTable(this.strings);
  private readonly postings = new Postings(this.strings);
  private readonly perOwner = new Map<number, number>();
  private readonly limits: SeriesLimits;
  private db: Level;
  private readonly reopened: () => Promise<Level>;
  private savedTexts = 0;
  private savedSeries = 0;

  private constructor(
    db: Level,
    limits: SeriesLimits,
    damaged: boolean,
    reopened: () => Promise<Level>,
  ) {
    this.reopened = reopened;
    this.db = db;
    this.damaged = damaged;
    this.limits = limits;
  }

  static async open(path: string, limits: SeriesLimits, log: Log): Promise<SeriesIndex> {
    for (const treatment of ['open', 'repair', 'set-aside'] as const) {
      const folder = await openFolder(path, SIZES, log, treatment);
      const index = new SeriesIndex(
        folder.db,
        limits,
        folder.repaired || folder.setAside !== undefined,
        async () => (await openFolder(path, SIZES, log)).db,
      );
      try {
        await index.load();
        return index;
      } catch (error) {
        await folder.db.close();
        if (treatment === 'set-aside' || !isDamage(error)) throw error;
      }
    }
    throw new StoreError('unreadable', path);
  }

  /** What an opened folder holds, for whoever only looks. */
  static async read(db: Level): Promise<SeriesIndex> {
    const none = { perOwner: 0, total: 0 };
    const index = new SeriesIndex(db, none, false, () => Promise.resolve(db));
    await index.load();
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
      batch.put(indexKey(TEXT, n), Buffer.from(this.strings.text(n)));
    }
    for (let id = this.savedSeries + 1; id <= series; id++) {
      batch.put(indexKey(SERIES, id), encodeSeries(this.table.record(id)));
    }
    await batch.write(this.db);
    this.savedTexts = texts;
    this.savedSeries = series;
  }

  /** Journal entries below this are in the partitions, all of them. */
  async cover(seq: number): Promise<void> {
    if (seq === this.covered) return;
    const out = new ByteWriter();
    out.varint(seq);
    const batch = new Batch();
    batch.put(COVERED, out.take());
    await batch.write(this.db);
    this.covered = seq;
  }

  /** Before the first write to a day since it was last untouched. */
  async touch(day: number): Promise<void> {
    if (this.touched.has(day) && this.work.has(day)) return;
    const batch = new Batch();
    batch.put(indexKey(TOUCHED, day), new Uint8Array());
    batch.put(indexKey(WORK, day), new Uint8Array());
    await batch.write(this.db);
    this.touched.add(day);
    this.work.add(day);
  }

  async workDone(day: number): Promise<void> {
    const batch = new Batch();
    batch.del(indexKey(WORK, day));
    await batch.write(this.db);
    this.work.delete(day);
  }

  /** All days but these need not be read at the next start. */
  async keepTouched(days: ReadonlySet<number>): Promise<void> {
    const batch = new Batch();
    const gone = [...this.touched].filter((day) => !days.has(day));
    for (const day of gone) batch.del(indexKey(TOUCHED, day));
    await batch.write(this.db);
    for (const day of gone) this.touched.delete(day);
  }

  /** LevelDB refuses writes for ever after one has failed, until it is opened anew. */
  async reopen(): Promise<void> {
    await this.db.close();
    this.db = await this.reopened();
  }

  close(): Promise<void> {
    return this.db.close();
  }

  private async load(): Promise<void> {
    const covered = await this.db.get(COVERED);
    if (covered !== undefined) this.covered = new ByteReader(covered).varint();
    for await (const [key] of this.db.iterator(prefixRange(Uint8Array.of(TOUCHED)))) {
      this.touched.add(getU32(key, 1));
    }
    for await (const [key] of this.db.iterator(prefixRange(Uint8Array.of(WORK)))) {
      this.work.add(getU32(key, 1));
    }
    for await (const [key, value] of this.db.iterator(prefixRange(Uint8Array.of(TEXT)))) {
      this.strings.restore(getU32(key, 1), Buffer.from(value).toString());
    }
    for await (const [key, value] of this.db.iterator(prefixRange(Uint8Array.of(SERIES)))) {
      const record = decodeSeries(value);
      this.reserve(getU32(key, 1) - 1);
      if (this.readable(record)) this.add(record);
      else this.reserve(getU32(key, 1));
    }
    this.savedTexts = this.strings.size;
    this.savedSeries = this.table.size;
  }

  /** Ids up to this one are taken, whoever had them: chunks of lost series must not find a new owner. */
  reserve(id: SeriesId): void {
    if (this.table.size < id) this.lost += id - this.table.size;
    while (this.table.size < id) this.table.addLost();
    this.savedSeries = Math.max(this.savedSeries, this.table.size);
  }

  private readable(record: SeriesRecord | undefined): record is SeriesRecord {
    if (record === undefined) return false;
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

function indexKey(kind: number, number: number): Uint8Array {
  const key = new Uint8Array(5);
  key[0] = kind;
  putU32(key, 1, number);
  return key;
}

function encodeSeries({ type, unit, owner, pairs }: SeriesRecord): Uint8Array {
  const out = new ByteWriter();
  for (const number of [type, unit, owner, ...pairs]) out.varint(number);
  return out.take();
}

function decodeSeries(bytes: Uint8Array): SeriesRecord | undefined {
  const input = new ByteReader(bytes);
  const [type, unit, owner] = [input.varint(), input.varint(), input.varint()];
  const pairs: number[] = [];
  while (input.remaining > 0) pairs.push(input.varint());
  return input.broken ? undefined : { type, unit, owner, pairs: Uint32Array.from(pairs) };
}
