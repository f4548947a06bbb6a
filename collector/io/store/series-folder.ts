/**
 * The series index on disk, twice: `index/` and `index-copy/`. Chunks are worth nothing without
 * the labels they belong to, so no single damaged file may cost them. The copy is written first,
 * and read only when something is missing.
 *
 * Beside series and texts (`core/store/series-record.ts`) `index/` holds `c` -> varint, journal
 * entries below it are in the partitions; `d` day u32, a partition that the next start has to read;
 * `w` day u32, a partition that may want rollups or compaction.
 */
import { ByteReader } from '../../../protocol/bytes/reader.ts';
import { ByteWriter } from '../../../protocol/bytes/writer.ts';
import { StoreError } from '../../core/store/errors.ts';
import { getU32, type KeyRange, prefixRange } from '../../core/store/keys.ts';
import { decodeSeries, decodeText, INDEX_KIND } from '../../core/store/series-record.ts';
import type { SeriesRecord } from '../../core/store/series-table.ts';
import type { Log } from '../../ports.ts';
import { Batch } from './batch.ts';
import { isDamage, type Level, openFolder } from './folder.ts';

const SIZES = { cacheSize: 1024 * 1024, writeBufferSize: 2 * 1024 * 1024, compression: false };
const COVERED = Uint8Array.of(0x63);
const highWaterMarkBytes = 1024 * 1024;

export interface SeriesContent {
  readonly texts: Map<number, string>;
  readonly series: Map<number, SeriesRecord>;
  /** Nothing in it was unreadable. */
  whole: boolean;
}

interface Opened {
  readonly db: Level;
  readonly content: SeriesContent;
}

export class SeriesFolder {
  readonly content: SeriesContent;
  private main: Level;
  private copy: Level;
  private hurt = false;
  private readonly path: string;
  private readonly log: Log;

  private constructor(path: string, log: Log, main: Level, copy: Level, content: SeriesContent) {
    this.path = path;
    this.log = log;
    this.main = main;
    this.copy = copy;
    this.content = content;
  }

  static async open(path: string, log: Log): Promise<SeriesFolder> {
    const main = await openReadable(path, log, true);
    const copy = await openReadable(`${path}-copy`, log, false);
    const { content } = main;
    if (content.whole && copy.content.whole && (await holdsAll(copy.db, content))) {
      return new SeriesFolder(path, log, main.db, copy.db, content);
    }
    // Records never change, so what either has is right.
    const other = await readContent(copy.db);
    for (const [number, text] of other.texts)
      if (!content.texts.has(number)) content.texts.set(number, text);
    for (const [id, record] of other.series)
      if (!content.series.has(id)) content.series.set(id, record);
    content.whole = false;
    return new SeriesFolder(path, log, main.db, copy.db, content);
  }

  async writeBoth(batch: Batch): Promise<void> {
    await this.guard(() => batch.write(this.copy));
    await this.write(batch);
  }

  write(batch: Batch): Promise<void> {
    return this.guard(() => batch.write(this.main));
  }

  async covered(): Promise<number> {
    const bytes = await this.main.get(COVERED);
    return bytes === undefined ? 0 : new ByteReader(bytes).varint();
  }

  writeCovered(seq: number): Promise<void> {
    const out = new ByteWriter();
    out.varint(seq);
    const batch = new Batch();
    batch.put(COVERED, out.take());
    return this.write(batch);
  }

  async days(kind: number): Promise<number[]> {
    const keys = await this.main.keys(prefixRange(Uint8Array.of(kind))).all();
    return keys.map((key) => getU32(key, 1));
  }

  /** LevelDB refuses writes for ever after one has failed, until it is opened anew. */
  async reopen(): Promise<void> {
    await this.close();
    const treatment = this.hurt ? 'repair' : 'open';
    this.main = (await openFolder(this.path, SIZES, this.log, treatment)).db;
    this.copy = (await openFolder(`${this.path}-copy`, SIZES, this.log, treatment)).db;
    this.hurt = false;
  }

  /** LevelDB may meet damage when it compacts, and then refuses writes until it is repaired. */
  private async guard(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      this.hurt ||= isDamage(error);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.main.close();
    await this.copy.close();
  }
}

/** Damage may show only when it is read, so opening is reading: of the copy, its ends. */
async function openReadable(path: string, log: Log, all: boolean): Promise<Opened> {
  const content: SeriesContent = { texts: new Map(), series: new Map(), whole: true };
  for (const treatment of ['open', 'repair', 'set-aside'] as const) {
    const { db, repaired, setAside } = await openFolder(path, SIZES, log, treatment);
    if (repaired || setAside !== undefined) content.whole = false;
    try {
      if (all) await readInto(db, content);
      else await Promise.all([lastKey(db, INDEX_KIND.text), lastKey(db, INDEX_KIND.series)]);
      return { db, content };
    } catch (error) {
      // What was read before the damage is kept: a repair may find less.
      content.whole = false;
      await db.close();
      if (treatment === 'set-aside' || !isDamage(error)) throw error;
    }
  }
  throw new StoreError('unreadable', path);
}

/** All that can be read; what cannot be makes it not whole. */
export async function readContent(db: Level): Promise<SeriesContent> {
  const content: SeriesContent = { texts: new Map(), series: new Map(), whole: true };
  try {
    await readInto(db, content);
  } catch (error) {
    if (!isDamage(error)) throw error;
    content.whole = false;
  }
  return content;
}

async function readInto(db: Level, content: SeriesContent): Promise<void> {
  await scan(db, INDEX_KIND.text, (key, value) => {
    const text = decodeText(key, value);
    if (text === undefined) content.whole = false;
    else content.texts.set(getU32(key, 1), text);
  });
  await scan(db, INDEX_KIND.series, (key, value) => {
    const record = decodeSeries(key, value);
    if (record === undefined) content.whole = false;
    else content.series.set(getU32(key, 1), record);
  });
  if (lastOf(content.series) !== content.series.size) content.whole = false;
}

async function scan(
  db: Level,
  kind: number,
  take: (key: Uint8Array, value: Uint8Array) => void,
): Promise<void> {
  for await (const [key, value] of db.iterator({ ...range(kind), highWaterMarkBytes }))
    take(key, value);
}

/** Whether the copy ends where the index ends: neither has lost its newest records. */
async function holdsAll(copy: Level, { texts, series }: SeriesContent): Promise<boolean> {
  return (
    (await lastKey(copy, INDEX_KIND.text)) === lastOf(texts) &&
    (await lastKey(copy, INDEX_KIND.series)) === lastOf(series)
  );
}

async function lastKey(db: Level, kind: number): Promise<number> {
  const [key] = await db.keys({ ...range(kind), reverse: true, limit: 1 }).all();
  return key === undefined ? 0 : getU32(key, 1);
}

function lastOf(records: ReadonlyMap<number, unknown>): number {
  let last = 0;
  for (const number of records.keys()) if (number > last) last = number;
  return last;
}

function range(kind: number): KeyRange {
  return prefixRange(Uint8Array.of(kind));
}
