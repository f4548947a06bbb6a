/**
 * Walks a data folder and checks every record: checksums, whether they decode, the order of
 * instants, shared instants that are there, series that the index knows. Repairs nothing; a folder in
 * use is refused.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { DAY, parseDay, WINDOW } from '../../core/store/calendar.ts';
import { decodeChunk, type ParsedChunk, parseChunk, parseTimes } from '../../core/store/chunk.ts';
import { describe, StoreError } from '../../core/store/errors.ts';
import { decodeGroup } from '../../core/store/group-record.ts';
import { getU32, KIND, parseChunkKey, parseTimesKey } from '../../core/store/keys.ts';
import { checkLog } from '../../core/store/level-format.ts';
import { checkTable } from '../../core/store/level-table.ts';
import { decodeRollup } from '../../core/store/rollup-record.ts';
import { decodeStaged } from '../../core/store/staged.ts';
import { beginLog } from '../level-files.ts';
import type { Level } from './folder.ts';
import { readContent } from './series-folder.ts';

export const VERIFY_PROBLEMS = {
  'cannot-open': 'LevelDB cannot open the folder: the next start repairs it or sets it aside',
  'cannot-read':
    'LevelDB reports damage in the middle of the folder: what lies behind it was not checked',
  'bad-record': 'a record is damaged: its checksum, form, instants or values are wrong',
  'bad-file': 'a LevelDB file is damaged, whether or not what is damaged is still in use',
  'no-times': 'a chunk names shared instants that are not there',
  'no-series': 'a record belongs to a series that the index does not know',
  'set-aside': 'a damaged folder that was set aside: delete it when nobody wants to look at it',
} as const;

export type VerifyProblemCode = keyof typeof VERIFY_PROBLEMS;

export interface VerifyProblem {
  readonly code: VerifyProblemCode;
  /** Folder below the data folder, e.g. `parts/2025-11-21`. */
  readonly folder: string;
  readonly series?: number;
  readonly detail: string;
}

export interface VerifyReport {
  readonly series: number;
  readonly partitions: number;
  readonly chunks: number;
  readonly samples: number;
  readonly stagedRows: number;
  readonly rollups: number;
  /** The first thousand; `problemCount` counts all. */
  readonly problems: readonly VerifyProblem[];
  readonly problemCount: number;
}

const MOST_PROBLEMS = 1000;

/** Only while no collector runs on the folder. */
export async function verify(path: string): Promise<VerifyReport> {
  if (!existsSync(join(path, 'index'))) throw new StoreError('no-index', path);
  const walk = new Walk(path);
  await walk.index();
  for (const name of list(join(path, 'parts'))) {
    const day = parseDay(name);
    if (day !== undefined) await walk.partition(`parts/${name}`, day);
    else walk.problem('set-aside', `parts/${name}`, 'not a day');
  }
  for (const step of ['1h', '1m']) {
    for (const month of list(join(path, 'rollups', step)))
      await walk.rollups(`rollups/${step}/${month}`);
  }
  return walk.report();
}

class Walk {
  private readonly path: string;
  private readonly problems: VerifyProblem[] = [];
  private problemCount = 0;
  private known = (_id: number): boolean => true;
  private series = 0;
  private partitions = 0;
  private chunks = 0;
  private samples = 0;
  private stagedRows = 0;
  private rollupCount = 0;

  constructor(path: string) {
    this.path = path;
  }

  report(): VerifyReport {
    return {
      series: this.series,
      partitions: this.partitions,
      chunks: this.chunks,
      samples: this.samples,
      stagedRows: this.stagedRows,
      rollups: this.rollupCount,
      problems: this.problems,
      problemCount: this.problemCount,
    };
  }

  problem(code: VerifyProblemCode, folder: string, detail: string, series?: number): void {
    this.problemCount++;
    if (this.problems.length >= MOST_PROBLEMS) return;
    this.problems.push({ code, folder, detail, ...(series === undefined ? {} : { series }) });
  }

  async index(): Promise<void> {
    await this.inFolder('index', async (db) => {
      const { ids, whole } = await readContent(db);
      const known = new Set(ids.view());
      this.series = known.size;
      this.known = (id) => known.has(id);
      if (!whole) this.problem('bad-record', 'index', 'series or texts are damaged or missing');
    });
    await this.inFolder('index-copy', async (db) => {
      const { ids, whole } = await readContent(db);
      if (!whole || ids.length !== this.series)
        this.problem('bad-record', 'index-copy', 'not what the index holds');
    });
  }

  async partition(folder: string, day: number): Promise<void> {
    this.partitions++;
    await this.inFolder(folder, async (db) => {
      const columns = new Map<string, number>();
      // Shared instants lie before the chunks that name them; a window's are held until the next.
      let times = new Map<number, Float64Array>();
      let window = -1;
      for await (const [key, value] of db.iterator({ highWaterMarkBytes: 1024 * 1024 })) {
        const place = parseTimesKey(key);
        if (key[0] === KIND.group) this.group(folder, key, value, columns);
        else if (key[0] === KIND.staged) this.staged(folder, key, value, day, columns);
        else if (parseChunkKey(key) !== undefined) {
          const at = (parseChunkKey(key) as { window: number }).window;
          if (at !== window)
            times = await loadTimes(db, day, at, (detail) =>
              this.problem('bad-record', folder, detail),
            );
          window = at;
          this.chunk(folder, key, value, day, times);
        } else if (place === undefined && (key[0] as number) > KIND.loose) {
          this.problem('bad-record', folder, `unknown key ${Buffer.from(key).toString('hex')}`);
        }
      }
    });
  }

  async rollups(folder: string): Promise<void> {
    await this.inFolder(folder, async (db) => {
      for await (const [key, value] of db.iterator({ highWaterMarkBytes: 1024 * 1024 })) {
        this.rollupCount++;
        const series = getU32(key, 4);
        if (decodeRollup(key, value, getU32(key, 8)) === undefined) {
          this.problem('bad-record', folder, 'rollup', series);
        } else if (!this.known(series)) this.problem('no-series', folder, 'rollup', series);
      }
    });
  }

  private chunk(
    folder: string,
    key: Uint8Array,
    value: Uint8Array,
    day: number,
    shared: ReadonlyMap<number, Float64Array>,
  ): void {
    this.chunks++;
    const { window, series, order } = parseChunkKey(key) as {
      window: number;
      series: number;
      order: number;
    };
    const base = day * DAY + window * WINDOW;
    const chunk = parseChunk(key, value, order, base);
    if (typeof chunk === 'string')
      return this.problem('bad-record', folder, `chunk: ${chunk}`, series);
    const times = typeof chunk.times === 'number' ? shared.get(chunk.times) : chunk.times;
    if (times === undefined)
      return this.problem('no-times', folder, `order ${String(chunk.times)}`, series);
    const bad = this.decode(chunk, times, base);
    if (bad !== undefined) this.problem('bad-record', folder, `chunk: ${bad}`, series);
    if (!this.known(series)) this.problem('no-series', folder, 'chunk', series);
  }

  private decode(chunk: ParsedChunk, times: Float64Array, base: number): string | undefined {
    const samples = decodeChunk(chunk, times);
    if (typeof samples === 'string') return samples;
    this.samples += samples.times.length;
    const first = samples.times[0] ?? base;
    const last = samples.times.at(-1) ?? base;
    return first < base || last >= base + WINDOW ? 'instants outside their window' : undefined;
  }

  private group(
    folder: string,
    key: Uint8Array,
    value: Uint8Array,
    columns: Map<string, number>,
  ): void {
    const record = decodeGroup(value);
    if (record === undefined) return this.problem('bad-record', folder, 'group');
    const ids = new Set(record.ids);
    ids.delete(0);
    columns.set(Buffer.from(key.subarray(1)).toString('hex'), ids.size);
  }

  private staged(
    folder: string,
    key: Uint8Array,
    value: Uint8Array,
    day: number,
    columns: ReadonlyMap<string, number>,
  ): void {
    const count = columns.get(Buffer.from(key.subarray(1, 9)).toString('hex'));
    const block = count === undefined ? undefined : decodeStaged(key, value, day, count);
    if (block === undefined) this.problem('bad-record', folder, 'staged rows');
    else this.stagedRows += block.times.length;
  }

  /** LevelDB's own checksums, over live and dead data alike. */
  private files(folder: string): void {
    for (const name of list(join(this.path, folder))) {
      const check = name.endsWith('.ldb')
        ? checkTable
        : /\.log$|^MANIFEST-/.test(name)
          ? checkLog
          : undefined;
      const bad = check?.(readFileSync(join(this.path, folder, name)));
      if (bad !== undefined) this.problem('bad-file', `${folder}/${name}`, bad);
    }
  }

  private async inFolder(folder: string, action: (db: Level) => Promise<void>): Promise<void> {
    // Before it is opened: opening turns logs into tables.
    this.files(folder);
    const db: Level = new ClassicLevel<Uint8Array, Uint8Array>(join(this.path, folder), {
      keyEncoding: 'view',
      valueEncoding: 'view',
      createIfMissing: false,
    });
    try {
      await db.open();
      await beginLog(db);
    } catch (error) {
      if (/LOCK/.test(describe(error))) throw new StoreError('in-use', this.path, error);
      return this.problem('cannot-open', folder, describe(error));
    }
    try {
      await action(db);
    } catch (error) {
      this.problem('cannot-read', folder, describe(error));
    } finally {
      await db.close();
    }
  }
}

async function loadTimes(
  db: Level,
  day: number,
  window: number,
  bad: (detail: string) => void,
): Promise<Map<number, Float64Array>> {
  const times = new Map<number, Float64Array>();
  const gte = Uint8Array.of(0x10 + window);
  const lt = Uint8Array.of(0x11 + window);
  for await (const [key, value] of db.iterator({ gte, lt, highWaterMarkBytes: 1024 * 1024 })) {
    const parsed = parseTimes(key, value, day * DAY + window * WINDOW);
    if (typeof parsed === 'string') bad(`shared instants: ${parsed}`);
    else times.set(parseTimesKey(key)?.order ?? 0, parsed);
  }
  return times;
}

function list(path: string): string[] {
  return existsSync(path) ? readdirSync(path).sort() : [];
}
