/**
 * The series on disk: `index/`, read into memory as a whole at the start.
 *
 * Keys: `t` text number u32 -> UTF-8 text; `s` series id u32 -> varints: type, unit, owner, then
 * name, value, name, value, ... all but the type being text numbers.
 */
import { ByteReader } from '../../../protocol/bytes/reader.ts';
import { ByteWriter } from '../../../protocol/bytes/writer.ts';
import { getU32, prefixRange, putU32 } from '../../core/store/keys.ts';
import { compileMatcher } from '../../core/store/matcher.ts';
import type { Labels, Matcher, SeriesId, SeriesMeta } from '../../core/store/model.ts';
import { Postings } from '../../core/store/postings.ts';
import { type SeriesRecord, SeriesTable, typeNumber } from '../../core/store/series-table.ts';
import { StringTable } from '../../core/store/strings.ts';
import type { Log } from '../../ports.ts';
import { Batch } from './batch.ts';
import { type Level, openFolder } from './folder.ts';

const SIZES = { cacheSize: 1024 * 1024, writeBufferSize: 4 * 1024 * 1024, compression: true };
const TEXT = 0x74;
const SERIES = 0x73;

export interface SeriesLimits {
  readonly perOwner: number;
  readonly total: number;
}

export class SeriesIndex {
  refused = 0;
  readonly strings = new StringTable();
  readonly table = new SeriesTable(this.strings);
  private readonly postings = new Postings(this.strings);
  private readonly perOwner = new Map<number, number>();
  private readonly limits: SeriesLimits;
  private readonly db: Level;
  private savedTexts = 0;
  private savedSeries = 0;

  private constructor(db: Level, limits: SeriesLimits) {
    this.db = db;
    this.limits = limits;
  }

  static async open(path: string, limits: SeriesLimits, log: Log): Promise<SeriesIndex> {
    const folder = await openFolder(path, SIZES, log);
    const index = new SeriesIndex(folder.db, limits);
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

  names(): string[] {
    return this.postings.names();
  }

  valuesOf(name: string): string[] {
    return this.postings.valuesOf(name);
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

  close(): Promise<void> {
    return this.db.close();
  }

  private async load(): Promise<void> {
    for await (const [key, value] of this.db.iterator(prefixRange(Uint8Array.of(TEXT)))) {
      this.strings.restore(getU32(key, 1), Buffer.from(value).toString());
    }
    for await (const [, value] of this.db.iterator(prefixRange(Uint8Array.of(SERIES)))) {
      this.add(decodeSeries(value));
    }
    this.savedTexts = this.strings.size;
    this.savedSeries = this.table.size;
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

function decodeSeries(bytes: Uint8Array): SeriesRecord {
  const input = new ByteReader(bytes);
  const [type, unit, owner] = [input.varint(), input.varint(), input.varint()];
  const pairs: number[] = [];
  while (input.remaining > 0) pairs.push(input.varint());
  return { type, unit, owner, pairs: Uint32Array.from(pairs) };
}
