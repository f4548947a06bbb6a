/** Reading records in slices, so that neither memory nor the event loop feels a long backlog. */
import { setImmediate } from 'node:timers/promises';
import { type Place, RECORD_RANGE, readRecordKey } from './keys.ts';
import type { Level } from './level.ts';
import { isCorruption } from './level-errors.ts';
import { decodeRecord, type RecordValue } from './record-codec.ts';

export interface Found {
  readonly place: Place;
  readonly key: Buffer;
  readonly value: Buffer;
  /** Key and value. */
  readonly bytes: number;
  /** `undefined` when the record is damaged. */
  readonly record: RecordValue | undefined;
}

export interface Slice {
  readonly found: readonly Found[];
  /** Where to go on; `undefined` at the end. */
  readonly next: Buffer | undefined;
}

const SLICE_BYTES = 262_144;
const LOOK_BACK = 16;
/** Entries read in one call: a closed iterator keeps room for as many, 64 bytes each, until it is collected. */
const AT_ONCE = 16;

/** Up to `limit` records from `from` on, in order. */
export async function readSlice(
  level: Level,
  from: Buffer,
  limit: number,
  end: Buffer = RECORD_RANGE.lt,
): Promise<Slice> {
  const entries = await readEntries(level, from, end, limit);
  const last = entries.at(-1)?.[0];
  const found = entries
    .map(([key, value]) => readEntry(key, value))
    .filter((one) => one !== undefined);
  const more = last !== undefined && (entries.length >= limit || sizeOf(entries) >= SLICE_BYTES);
  return { found, next: more ? after(last) : undefined };
}

export async function newestRecord(level: Level): Promise<Found | undefined> {
  const options = { ...RECORD_RANGE, reverse: true, limit: 1, fillCache: false };
  const [entry] = await level.iterator(options).all();
  return entry === undefined ? undefined : readEntry(entry[0], entry[1]);
}

/**
 * The last batch among the newest records: an event may be told before samples that are older, so
 * its time says nothing about them.
 */
export async function newestBatch(level: Level): Promise<Found | undefined> {
  const options = { ...RECORD_RANGE, reverse: true, limit: LOOK_BACK, fillCache: false };
  for (const [key, value] of await level.iterator(options).all()) {
    const found = readEntry(key, value);
    if (found?.record?.kind === 'm') return found;
  }
  return undefined;
}

/** The smallest key behind `key`. */
export function after(key: Buffer): Buffer {
  return Buffer.concat([key, Buffer.from([0])]);
}

type Entry = [Buffer, Buffer];

/**
 * LevelDB reports an unreadable block only when an iteration reaches its end, after it has gone
 * over what it could read; that is kept, and what is not there shows by its missing numbers.
 */
async function readEntries(
  level: Level,
  from: Buffer,
  end: Buffer,
  limit: number,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  if (await readUntilDamage(level, { from, end, limit, atOnce: AT_ONCE }, entries)) return entries;
  // The call that failed took with it what it had read. One by one, nothing is lost but what cannot be read.
  // From the same place: sought, what lies behind the damage may not be found.
  const oneByOne: Entry[] = [];
  await readUntilDamage(level, { from, end, limit, atOnce: 1 }, oneByOne);
  return oneByOne;
}

interface Reading {
  readonly from: Buffer;
  readonly end: Buffer;
  readonly limit: number;
  readonly atOnce: number;
}

/** Adds to `entries` until there are `limit`, or enough bytes. Answers false when it ended at damage. */
async function readUntilDamage(
  level: Level,
  { from, end, limit, atOnce }: Reading,
  entries: Entry[],
): Promise<boolean> {
  const range = { gte: from, lt: end, fillCache: false, highWaterMarkBytes: SLICE_BYTES };
  const iterator = level.iterator(range);
  try {
    let bytes = 0;
    while (entries.length < limit && bytes < SLICE_BYTES) {
      const some = await iterator.nextv(Math.min(atOnce, limit - entries.length));
      if (some.length === 0) break;
      for (const entry of some) entries.push(entry);
      bytes += sizeOf(some);
    }
    await forget(iterator, entries[0]?.[0]);
    return true;
  } catch (error) {
    if (!isCorruption(error)) throw error;
    return false;
  } finally {
    await iterator.close();
  }
}

/**
 * A closed iterator keeps a copy of what it read last until it is collected, which V8 knows nothing
 * of: tens of megabytes while a backlog drains. Reading once more leaves it with one record. It is
 * one that was just read: a place where there is nothing is looked for from the end of the database,
 * and where that is damaged an assertion of LevelDB's ends the process.
 */
async function forget(
  iterator: ReturnType<Level['iterator']>,
  known: Buffer | undefined,
): Promise<void> {
  if (known === undefined) return;
  iterator.seek(known);
  await iterator.nextv(1).catch(() => []);
}

function sizeOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, [key, value]) => sum + key.length + value.length, 0);
}

function readEntry(key: Buffer, value: Buffer): Found | undefined {
  const place = readRecordKey(key);
  if (place === undefined) return undefined;
  return { place, key, value, bytes: key.length + value.length, record: decodeRecord(key, value) };
}

/** Lets others have the event loop between two slices of work. */
export async function breathe(): Promise<void> {
  await setImmediate();
}
