/** One UTC day on disk: `parts/<YYYY-MM-DD>/`. The keys are listed in `core/store/keys.ts`. */
import { ByteReader } from '../../../protocol/bytes/reader.ts';
import { ByteWriter } from '../../../protocol/bytes/writer.ts';
import { DAY, WINDOW } from '../../core/store/calendar.ts';
import { decodeGroup, type GroupRecord } from '../../core/store/group-record.ts';
import {
  factKey,
  type KeyRange,
  KIND,
  parseChunkKey,
  parseTimesKey,
  prefixRange,
} from '../../core/store/keys.ts';
import type { Log } from '../../ports.ts';
import type { Batch } from './batch.ts';
import { type Level, type OpenedFolder, openFolder, type Treatment } from './folder.ts';

const SIZES = { cacheSize: 2 * 1024 * 1024, writeBufferSize: 4 * 1024 * 1024, compression: false };
const ORDER = factKey('order');
const PAGE = 2000;
/** LevelDB's reader hands over so much at once; by default 16 KB, whatever number is asked for. */
const highWaterMarkBytes = 1024 * 1024;

export type Entry = readonly [key: Uint8Array, value: Uint8Array];
export type Snapshot = ReturnType<Level['snapshot']>;

export class Partition {
  readonly day: number;
  readonly db: Level;
  readonly repaired: boolean;
  readonly setAside: string | undefined;
  /** Journal marks by group, as they were when the partition was opened, and since. */
  readonly marks = new Map<string, number>();
  /** Series that have samples here, by group. */
  readonly roster = new Map<string, Uint32Array>();
  private order: number;

  private constructor(
    day: number,
    folder: { db: Level; repaired: boolean; setAside: string | undefined },
    order: number,
  ) {
    this.day = day;
    this.db = folder.db;
    this.repaired = folder.repaired;
    this.setAside = folder.setAside;
    this.order = order;
  }

  static async open(day: number, path: string, log: Log, treatment: Treatment): Promise<Partition> {
    const folder = await openFolder(path, SIZES, log, treatment);
    try {
      return await Partition.load(day, folder);
    } catch (error) {
      await folder.db.close();
      throw error;
    }
  }

  private static async load(day: number, folder: OpenedFolder): Promise<Partition> {
    const fact = await folder.db.get(ORDER);
    const order = fact === undefined ? 1 : new ByteReader(fact).varint();
    const partition = new Partition(day, folder, order);
    for await (const [key, value] of partition.scan(prefixRange(Uint8Array.of(KIND.group)))) {
      const record = decodeGroup(value);
      if (record !== undefined)
        partition.remember(Buffer.from(key.subarray(1)).toString('hex'), record);
    }
    // What a repair has lost may have been the newest order: none may be given twice.
    if (folder.repaired || fact === undefined) partition.order = (await partition.lastOrder()) + 1;
    return partition;
  }

  private async lastOrder(): Promise<number> {
    let last = this.order;
    const range = { gte: Uint8Array.of(0x10), lt: Uint8Array.of(0x30) };
    const keys = this.db.keys({ ...range, highWaterMarkBytes });
    try {
      for (;;) {
        const page = await keys.nextv(PAGE);
        if (page.length === 0) return last;
        for (const key of page) {
          const order = parseChunkKey(key)?.order ?? parseTimesKey(key)?.order ?? 0;
          if (order > last) last = order;
        }
      }
    } finally {
      await keys.close();
    }
  }

  /** The end of the last window that has chunks; `undefined` when none has. */
  async lastWindowEnd(): Promise<number | undefined> {
    const range = { gte: Uint8Array.of(0x20), lt: Uint8Array.of(0x30) };
    const [key] = await this.db.keys({ ...range, reverse: true, limit: 1 }).all();
    const window = key && parseChunkKey(key)?.window;
    return window === undefined ? undefined : this.day * DAY + (window + 1) * WINDOW - 1;
  }

  remember(group: string, { seq, ids }: GroupRecord): void {
    this.marks.set(group, seq);
    this.roster.set(group, ids);
  }

  /** An order above all given before; durable with the next `commit`. */
  takeOrder(): number {
    return this.order++;
  }

  /** Writes a batch and the orders taken for it, as one. */
  async commit(batch: Batch, pause?: () => Promise<void>): Promise<void> {
    if (batch.empty) return;
    const out = new ByteWriter();
    out.varint(this.order);
    batch.put(ORDER, out.take());
    await batch.write(this.db, pause);
  }

  close(): Promise<void> {
    return this.db.close();
  }

  /** Entries of a range, a page at a time. */
  async *scan(range: KeyRange, snapshot?: Snapshot): AsyncGenerator<Entry> {
    const options = {
      ...range,
      highWaterMarkBytes,
      ...(snapshot === undefined ? {} : { snapshot }),
    };
    const iterator = this.db.iterator(options);
    try {
      for (;;) {
        const page = await iterator.nextv(PAGE);
        if (page.length === 0) return;
        yield* page;
      }
    } finally {
      await iterator.close();
    }
  }

  /** The first entries of a range: fewer than `count` only when there are no more. */
  async first(range: KeyRange, count: number): Promise<Entry[]> {
    const iterator = this.db.iterator({ ...range, highWaterMarkBytes, limit: count });
    try {
      return await iterator.all();
    } finally {
      await iterator.close();
    }
  }

  /** The entries of a range at once. */
  async read(range: KeyRange, snapshot: Snapshot): Promise<Entry[]> {
    const iterator = this.db.iterator({ ...range, highWaterMarkBytes, snapshot });
    try {
      return await iterator.all();
    } finally {
      await iterator.close();
    }
  }
}
