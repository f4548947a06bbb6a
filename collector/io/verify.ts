/**
 * Reads everything in the data folder of a collector that is not running, against its checksums.
 *
 * Repairs nothing and sets nothing aside. A LevelDB folder is opened only when its files are sound
 * (then LevelDB may move its own log into tables, which loses nothing).
 */
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { checkRecord } from '../core/store/chunk.ts';
import { KIND } from '../core/store/keys.ts';
import { rollupKey } from '../core/store/rollup-record.ts';
import type { PartReport } from '../ports/commands.ts';
import { emptyScan, scanSegment } from './journal/reader.ts';
import { listSegments } from './journal/segment.ts';
import { unpack } from './level-catalog.ts';
import { beginLog, fileProblems } from './level-files.ts';
import { isLocked } from './level-lock.ts';
import { checkQuarantine } from './quarantine.ts';
import { verifyDirector } from './verify-director.ts';

/** Whether an entry is what was written; `undefined` where entries carry no checksum. */
type Check = (key: Uint8Array, value: Uint8Array) => boolean | undefined;

const FIRST_SEALED_KIND = 0x10;
const ROLLUP_KEY_BYTES = rollupKey(0, 0, 0).length;
const PAGE = 2000;

const catalogEntry: Check = (key, value) =>
  unpack(Buffer.from(key).toString(), value) !== undefined;

const partitionEntry: Check = (key, value) => {
  const kind = key[0] ?? 0;
  const isSealed = kind === KIND.staged || kind >= FIRST_SEALED_KIND;
  return isSealed ? checkRecord(key, value) !== undefined : undefined;
};

const rollupEntry: Check = (key, value) =>
  key.length === ROLLUP_KEY_BYTES ? checkRecord(key, value) !== undefined : undefined;

/** Throws when the folder does not exist or a collector has it open. */
export async function* verifyData(data: string): AsyncGenerator<PartReport> {
  await access(data);
  const journalEnd = yield* journal(join(data, 'journal'));
  let covered = 0;
  yield* level(join(data, 'catalog'), 'catalog', catalogEntry, async (db) => {
    covered = await checkpointIn(db);
  });
  // Numbers below it were given out, so that a journal that ends before has lost its end.
  if (journalEnd !== undefined && journalEnd + 1 < covered) {
    const detail = `ends with number ${journalEnd}, but ${covered - 1} was given out`;
    yield { part: 'journal', verdict: 'damaged', detail };
  }
  yield* level(join(data, 'alerts'), 'alerts', catalogEntry);
  yield* level(join(data, 'fleet'), 'fleet', catalogEntry);
  yield* quarantine(join(data, 'quarantine'));
  yield* verifyDirector(join(data, 'director'));
  const store = join(data, 'store');
  yield* level(join(store, 'index'), 'store/index', () => undefined);
  yield* level(join(store, 'index-copy'), 'store/index-copy', () => undefined);
  for (const day of await folders(join(store, 'parts'))) {
    yield* level(join(store, 'parts', day), `store/parts/${day}`, partitionEntry);
  }
  for (const step of await folders(join(store, 'rollups'))) {
    for (const month of await folders(join(store, 'rollups', step))) {
      const path = join(store, 'rollups', step, month);
      yield* level(path, `store/rollups/${step}/${month}`, rollupEntry);
    }
  }
}

/** As `collector/work/memory.ts` writes it. */
const CHECKPOINT = Buffer.from('meta/checkpoint');

async function checkpointIn(db: ClassicLevel<Uint8Array, Uint8Array>): Promise<number> {
  const stored = await db.get(CHECKPOINT);
  const value = stored === undefined ? undefined : unpack(CHECKPOINT.toString(), stored);
  return value === undefined ? 0 : Number(Buffer.from(value).toString());
}

/** Answers the last number that is there. */
async function* journal(path: string): AsyncGenerator<PartReport, number | undefined> {
  if (!(await exists(path))) return undefined;
  const segments = await listSegments(path);
  // Its last segment is never deleted.
  if (segments.length === 0)
    yield { part: 'journal', verdict: 'damaged', detail: 'no segment is there' };
  let last: number | undefined;
  for (const segment of segments) {
    const scan = emptyScan(segment);
    let records = 0;
    for await (const _ of scanSegment(segment, scan)) records += 1;
    const damaged = scan.damagedBytes + (scan.tailDamaged ? scan.tailBytes : 0);
    const cut = scan.tailDamaged || scan.tailBytes === 0 ? '' : `, ${scan.tailBytes} bytes cut off`;
    const isLast = segment === segments.at(-1);
    // One that has just been begun is empty too, but only for a moment.
    const bad = damaged > 0 || records === 0 || (!isLast && scan.tailBytes > 0);
    yield {
      part: `journal/${segment.firstSeq}`,
      verdict: bad ? 'damaged' : 'ok',
      detail: `${records} entries${cut}${damaged === 0 ? '' : `, ${damaged} bytes unreadable`}`,
    };
    last = scan.lastSeq;
  }
  return last;
}

async function* quarantine(path: string): AsyncGenerator<PartReport> {
  if (!(await exists(path))) return;
  const { kept, damaged } = await checkQuarantine(path);
  const detail = `${kept} messages${damaged.length === 0 ? '' : `, unreadable: ${damaged.join(' ')}`}`;
  yield { part: 'quarantine', verdict: damaged.length === 0 ? 'ok' : 'damaged', detail };
}

async function* level(
  path: string,
  part: string,
  check: Check,
  look?: (db: ClassicLevel<Uint8Array, Uint8Array>) => Promise<void>,
): AsyncGenerator<PartReport> {
  if (!(await exists(path))) return;
  if (/\.damaged-\d+$/.test(path)) {
    yield { part, verdict: 'damaged', detail: 'was set aside as damaged' };
    return;
  }
  if (isLocked(path)) throw inUse();
  const problems = fileProblems(path);
  if (problems.length > 0) {
    // Opened, LevelDB would tidy up what the next start has to tell of.
    yield { part, verdict: 'damaged', detail: problems.join('; ') };
    return;
  }
  const db = levelAt(path);
  try {
    await db.open();
    await beginLog(db);
    await look?.(db);
    yield await counted(db, part, check);
  } catch (error) {
    const detail = reason(error);
    if (/LOCK|lock/.test(detail)) throw inUse(error);
    yield { part, verdict: 'damaged', detail };
  } finally {
    await db.close();
  }
}

function inUse(cause?: unknown): Error {
  return new Error('a collector is running on this data folder: stop it first', { cause });
}

function levelAt(path: string): ClassicLevel<Uint8Array, Uint8Array> {
  return new ClassicLevel<Uint8Array, Uint8Array>(path, {
    createIfMissing: false,
    keyEncoding: 'view',
    valueEncoding: 'view',
  });
}

async function counted(
  db: ClassicLevel<Uint8Array, Uint8Array>,
  part: string,
  check: Check,
): Promise<PartReport> {
  let entries = 0;
  let wrong = 0;
  const iterator = db.iterator();
  try {
    for (;;) {
      const page = await iterator.nextv(PAGE);
      if (page.length === 0) break;
      entries += page.length;
      for (const [key, value] of page) if (check(key, value) === false) wrong += 1;
    }
  } finally {
    await iterator.close();
  }
  const detail = `${entries} entries${wrong === 0 ? '' : `, ${wrong} with a wrong checksum`}`;
  return { part, verdict: wrong === 0 ? 'ok' : 'damaged', detail };
}

async function folders(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.endsWith('.deleting'))
    .map(({ name }) => name)
    .sort();
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** LevelDB's own words stand in the cause. */
function reason(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? cause.message : message;
}
