/**
 * Rollups: `rollups/1h/<YYYY-MM>/` and `rollups/1m/<YYYY-MM>/`, folders of their own so that each
 * kind is dropped by the folder. They are derived from what queries see, so repeats count once,
 * and again whenever late samples have changed that. Steps that are not derived yet, or outdated,
 * are computed from the samples when asked for: an answer never depends on housekeeping.
 */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DAY, dayOf, monthEnd, monthName } from '../../core/store/calendar.ts';
import type { RollupColumns, RollupStep } from '../../core/store/model.ts';
import {
  cutRollup,
  joinRollups,
  LOOKBACK,
  replaceSteps,
  rollUp,
  STEP,
} from '../../core/store/rollup.ts';
import { decodeRollup, encodeRollup, rollupKey } from '../../core/store/rollup-record.ts';
import { Arena } from '../../core/store/slab.ts';
import type { Log } from '../../ports.ts';
import { Batch } from './batch.ts';
import { type Dirt, outdated } from './dirt.ts';
import { type Level, openFolder } from './folder.ts';
import type { Memory } from './memory.ts';
import type { Partitions } from './partitions.ts';
import { Pool } from './pool.ts';
import type { Slices } from './precedence.ts';
import type { Reader } from './reader.ts';
import { rewrite } from './rewrite.ts';
import type { SeriesIndex } from './series-index.ts';

/** A small write buffer: a day's record is written 24 times, and the log keeps all of them. */
const SIZES = { cacheSize: 1024 * 1024, writeBufferSize: 512 * 1024, compression: false };
const KEEP_OPEN = 4;
const STEPS = ['1h', '1m'] as const;
/** The log and overwritten records of a larger folder are a small part of it. */
const TIDY_BYTES = 32 * 1024 * 1024;
/** All keys of a folder. */
const ALL = { gte: new Uint8Array(4), lt: new Uint8Array(13).fill(0xff) };

export class Rollups {
  private readonly path: string;
  private readonly reader: Reader;
  private readonly partitions: Partitions;
  private readonly memory: Memory;
  private readonly index: SeriesIndex;
  private readonly log: Log;
  private readonly pool: Pool<string, Level>;
  /** Bytes by folder since it was tidied. */
  private readonly written = new Map<string, number>();
  private readonly batch = new Batch();

  constructor(
    path: string,
    reader: Reader,
    partitions: Partitions,
    memory: Memory,
    index: SeriesIndex,
    log: Log,
  ) {
    this.path = path;
    this.reader = reader;
    this.partitions = partitions;
    this.memory = memory;
    this.index = index;
    this.log = log;
    this.pool = new Pool(
      KEEP_OPEN,
      async (name, treatment) => (await openFolder(join(path, name), SIZES, log, treatment)).db,
    );
    for (const step of STEPS) mkdirSync(join(path, step), { recursive: true });
  }

  /** Steps that begin in [from, to], of series that have any. */
  async read(
    ids: Uint32Array,
    step: RollupStep,
    from: number,
    to: number,
  ): Promise<{ id: number; columns: RollupColumns }[]> {
    const stored = new Map<number, RollupColumns>();
    const days = await this.storedDays(step, from, to);
    for (const day of days) await this.readDay(ids, step, day, stored);
    const spans = await outdated(this.partitions, this.memory, this.index, step, from, to);
    for (const span of spans) await this.compute(ids, step, span, stored);
    const found: { id: number; columns: RollupColumns }[] = [];
    for (const id of ids) {
      const columns = stored.get(id);
      const cut = columns && cutRollup(columns, from, to + 1);
      if (cut !== undefined && cut.times.length > 0) found.push({ id, columns: cut });
    }
    return found;
  }

  /** Steps of those of these series that have any, their keys, and from how many samples. */
  private async rolledUp(
    ids: Uint32Array,
    step: RollupStep,
    from: number,
    to: number,
    slices: Slices,
  ): Promise<{ keys: Uint8Array[]; fresh: RollupColumns[]; samples: number }> {
    const arena = new Arena();
    try {
      const found = await this.reader.read(ids, from - LOOKBACK, to - 1, slices, undefined, arena);
      const keys: Uint8Array[] = [];
      const fresh: RollupColumns[] = [];
      for (const { id, samples } of found) {
        const rollup = rollUp(samples, STEP[step], from, to);
        await slices.step();
        if (rollup.times.length === 0) continue;
        keys.push(this.key(id, dayOf(from)));
        fresh.push(rollup);
      }
      const samples = found.reduce((sum, one) => sum + one.samples.times.length, 0);
      return { keys, fresh, samples };
    } finally {
      arena.close();
    }
  }

  /** Derives the steps in [from, to), a part of one day, of these series; from how many samples. */
  async derive(
    ids: Uint32Array,
    step: RollupStep,
    from: number,
    to: number,
    slices: Slices,
  ): Promise<number> {
    const day = dayOf(from);
    const { keys, fresh, samples } = await this.rolledUp(ids, step, from, to, slices);
    if (keys.length === 0) return samples;
    const folder = `${step}/${monthName(from)}`;
    await this.pool.use(folder, async (db) => {
      const old = await db.getMany(keys);
      const { batch } = this;
      batch.clear();
      for (const [i, key] of keys.entries()) {
        const known = old[i] === undefined ? undefined : decodeRollup(key, old[i], day);
        const rollup = fresh[i] as RollupColumns;
        const merged = known === undefined ? rollup : replaceSteps(known, rollup, from, to);
        batch.put(key, encodeRollup(key, merged, day));
        await slices.step();
      }
      await batch.write(db, () => slices.next());
      this.written.set(folder, (this.written.get(folder) ?? 0) + batch.bytes);
    });
    return samples;
  }

  /** A day's record is written again with each hour: takes the earlier ones out of small folders. */
  async tidy(): Promise<void> {
    for (const [folder, bytes] of this.written) {
      await this.pool.use(folder, async (db) => {
        const size = await db.approximateSize(ALL.gte, ALL.lt);
        if (size > TIDY_BYTES) this.written.delete(folder);
        if (size > TIDY_BYTES || bytes < size / 4) return;
        await rewrite(db, ALL);
        this.written.delete(folder);
      });
    }
  }

  /** Drops months whose last step is older than it is to be kept. */
  async dropBefore(step: RollupStep, floor: number): Promise<void> {
    for (const month of this.months(step)) {
      if (monthEnd(month) > floor || !(await this.pool.shut(`${step}/${month}`))) continue;
      rmSync(join(this.path, step, month), { recursive: true, force: true });
      this.written.delete(`${step}/${month}`);
    }
  }

  shutIdle(): Promise<boolean> {
    return this.pool.shutIdle();
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  private months(step: RollupStep): string[] {
    if (!existsSync(join(this.path, step))) return [];
    return readdirSync(join(this.path, step))
      .filter((name) => /^\d{4}-\d{2}$/.test(name))
      .sort();
  }

  private async storedDays(step: RollupStep, from: number, to: number): Promise<number[]> {
    const days: number[] = [];
    for (const month of this.months(step)) {
      const first = Math.max(dayOf(from), dayOf(Date.parse(`${month}-01T00:00:00Z`)));
      const last = Math.min(dayOf(to), dayOf(monthEnd(month) - 1));
      for (let day = first; day <= last; day++) days.push(day);
    }
    return days;
  }

  private async readDay(
    ids: Uint32Array,
    step: RollupStep,
    day: number,
    stored: Map<number, RollupColumns>,
  ): Promise<void> {
    const keys = Array.from(ids, (id) => this.key(id, day));
    await this.pool.use(`${step}/${monthName(day * DAY)}`, async (db) => {
      const records = await db.getMany(keys);
      for (const [i, record] of records.entries()) {
        const key = keys[i] as Uint8Array;
        const id = ids[i] as number;
        if (record === undefined) continue;
        const rollup = decodeRollup(key, record, day);
        if (rollup === undefined)
          this.log.warn('damaged rollup left out', { folder: db.location, series: id });
        else
          stored.set(
            id,
            joinRollups([...(stored.has(id) ? [stored.get(id) as RollupColumns] : []), rollup]),
          );
      }
    });
  }

  private async compute(
    ids: Uint32Array,
    step: RollupStep,
    { from, to }: Dirt,
    stored: Map<number, RollupColumns>,
  ): Promise<void> {
    for (const { id, samples } of await this.reader.read(ids, from - LOOKBACK, to - 1)) {
      const fresh = rollUp(samples, STEP[step], from, to);
      const known = stored.get(id);
      stored.set(id, known === undefined ? fresh : replaceSteps(known, fresh, from, to));
    }
  }

  private key(id: number, day: number): Uint8Array {
    return rollupKey(this.index.table.metric(id), id, day);
  }
}
