/**
 * The series index on disk, twice: `index/` and `index-copy/`. Chunks are worth nothing without
 * the labels they belong to, so no single damaged file may cost them. The copy is written first,
 * and read only when something is missing.
 *
 * Beside series and texts (`core/store/series-record.ts`) `index/` alone holds `c` -> varint, journal
 * entries below it are in the partitions; `d` day u32, a partition that the next start has to read;
 * `w` day u32, a partition that may want rollups or compaction; and `e`, the ends of series.
 */
import { ByteReader } from '../../../protocol/bytes/reader.ts';
import { ByteWriter } from '../../../protocol/bytes/writer.ts';
import { StoreError } from '../../core/store/errors.ts';
import { getU32, prefixRange } from '../../core/store/keys.ts';
import type { SeriesId } from '../../core/store/model.ts';
import { SeriesContent } from '../../core/store/series-content.ts';
import {
  COUNT_KEY,
  decodeCount,
  decodeEnded,
  decodeText,
  INDEX_KIND,
} from '../../core/store/series-record.ts';
import type { Log } from '../../ports.ts';
import { Batch } from './batch.ts';
import { isDamage, type Level, openFolder } from './folder.ts';

const SIZES = { cacheSize: 1024 * 1024, writeBufferSize: 2 * 1024 * 1024, compression: false };
const COVERED = Uint8Array.of(0x63);
const PAGE = 5000;
const highWaterMarkBytes = 1024 * 1024;

interface Opened {
  readonly db: Level;
  readonly content: SeriesContent;
}

export class SeriesFolder {
  content: SeriesContent;
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
    const whole = content.whole && copy.content.whole && (await holdsAll(copy.db, content));
    const all = whole ? content : content.joined(await readContent(copy.db));
    return new SeriesFolder(path, log, main.db, copy.db, all);
  }

  async writeBoth(batch: Batch, pause?: () => Promise<void>): Promise<void> {
    await this.guard(() => batch.write(this.copy, pause));
    await this.write(batch, pause);
  }

  write(batch: Batch, pause?: () => Promise<void>): Promise<void> {
    return this.guard(() => batch.write(this.main, pause));
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

  /** The last day that a series was in use, of those whose samples have gone. */
  async ends(take: (id: SeriesId, day: number) => void): Promise<void> {
    await scan(this.main, INDEX_KIND.ended, (key, value) => {
      const day = decodeEnded(key, value);
      if (day !== undefined) take(getU32(key, 1), day);
    });
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
  const content = new SeriesContent();
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
  const content = new SeriesContent();
  try {
    await readInto(db, content);
  } catch (error) {
    if (!isDamage(error)) throw error;
    content.whole = false;
  }
  return content;
}

async function readInto(db: Level, content: SeriesContent): Promise<void> {
  const count = await db.get(COUNT_KEY);
  content.count = count && decodeCount(count);
  await scan(db, INDEX_KIND.text, (key, value) => {
    const text = decodeText(key, value);
    if (text === undefined) content.whole = false;
    else content.texts.set(getU32(key, 1), text);
  });
  await scan(db, INDEX_KIND.series, (key, value) => content.take(getU32(key, 1), key, value));
  // An index of before there was a count has no holes.
  if ((content.count?.series ?? content.lastId) !== content.ids.length) content.whole = false;
}

async function scan(
  db: Level,
  kind: number,
  take: (key: Uint8Array, value: Uint8Array) => void,
): Promise<void> {
  const iterator = db.iterator({ ...prefixRange(Uint8Array.of(kind)), highWaterMarkBytes });
  try {
    for (;;) {
      const page = await iterator.nextv(PAGE);
      if (page.length === 0) return;
      for (const [key, value] of page) take(key, value);
    }
  } finally {
    await iterator.close();
  }
}

/** Whether the copy ends where the index ends: neither has lost its newest records. */
async function holdsAll(copy: Level, { texts, lastId, count }: SeriesContent): Promise<boolean> {
  const stored = await copy.get(COUNT_KEY);
  const other = stored && decodeCount(stored);
  let lastText = 0;
  for (const number of texts.keys()) if (number > lastText) lastText = number;
  return (
    other?.lastSeries === count?.lastSeries &&
    other?.series === count?.series &&
    (await lastKey(copy, INDEX_KIND.text)) === lastText &&
    (await lastKey(copy, INDEX_KIND.series)) === lastId
  );
}

async function lastKey(db: Level, kind: number): Promise<number> {
  const options = { ...prefixRange(Uint8Array.of(kind)), reverse: true, limit: 1 };
  const [key] = await db.keys(options).all();
  return key === undefined ? 0 : getU32(key, 1);
}
