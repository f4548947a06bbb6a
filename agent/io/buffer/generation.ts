/**
 * Begins a new database when the old one holds hardly anything: LevelDB writes whatever went
 * through its memtable to a table, deleted or not, and a device that is online deletes nearly all
 * of it. Throwing the log away before that happens halves the wear of the flash.
 */
import { rm } from 'node:fs/promises';
import { decodeBatch } from '../../../protocol/messages/batch.ts';
import { syncPath } from '../updates/durable.ts';
import { advance, type Folder, generationPath } from './folder.ts';
import { DICTIONARY_RANGE, dictionaryKey, LEDGER_KEY, type Place, RECORD_RANGE } from './keys.ts';
import { encodeLedger, type Ledger } from './ledger.ts';
import { type Level, openLevel, WRITE_BUFFER_BYTES } from './level.ts';
import { readSlice } from './scan.ts';

/** Well before the memtable is full; a deletion takes about twice the memory of its bytes. */
const AFTER_BYTES = WRITE_BUFFER_BYTES * 0.55;
/** What may be carried over: copying it must cost less than it saves. */
const CARRY_BYTES = AFTER_BYTES / 8;
/** Dictionaries kept though no record names them: the newest is in use. */
const SPARE_DICTIONARIES = 4;
const DICTIONARY_ID = /^[0-9a-f]{16}$/;

export function isWorthwhile(ledger: Ledger, writtenBytes: number): boolean {
  return writtenBytes > AFTER_BYTES && ledger.bytes <= CARRY_BYTES;
}

export interface Carried {
  readonly level: Level;
  readonly folder: Folder;
}

/** The old database is closed and gone afterwards. When it fails, the old one still counts. */
export async function changeGeneration(
  old: Carried,
  ledger: Ledger,
  isDeleted: (place: Place) => boolean,
): Promise<Carried> {
  const path = generationPath(old.folder, 1);
  await rm(path, { recursive: true, force: true });
  const entries = await carryOver(old.level, isDeleted);
  const level = await openLevel(path);
  try {
    const head = { type: 'put', key: LEDGER_KEY, value: encodeLedger(ledger) } as const;
    // Synced, because the copy that is on the disk is about to be removed.
    await level.batch([...entries, head], { sync: true });
    await old.level.close();
    const folder = await advance(old.folder);
    // A power cut must not bring the old generation back beside the new one.
    await syncPath(folder.path);
    return { level, folder };
  } catch (error) {
    await level.close();
    throw error;
  }
}

interface Put {
  readonly type: 'put';
  readonly key: Buffer;
  readonly value: Buffer;
}

async function carryOver(level: Level, isDeleted: (place: Place) => boolean): Promise<Put[]> {
  const puts: Put[] = [];
  const named = new Set<string>();
  for (let from: Buffer | undefined = RECORD_RANGE.gte; from !== undefined; ) {
    const slice = await readSlice(level, from, 256);
    for (const { place, key, value, record } of slice.found) {
      if (isDeleted(place)) continue;
      puts.push({ type: 'put', key, value });
      const batch = record?.kind === 'm' ? decodeBatch(record.payload) : undefined;
      if (batch?.ok === true) named.add(batch.value.schema);
    }
    from = slice.next;
  }
  return [...puts, ...(await carryDictionaries(level, named))];
}

async function carryDictionaries(level: Level, named: ReadonlySet<string>): Promise<Put[]> {
  const all = await level.iterator(DICTIONARY_RANGE).all();
  const age = ([, value]: readonly [Buffer, Buffer]): number => value.readDoubleLE(0);
  const spare = new Set(
    [...all]
      .sort((a, b) => age(b) - age(a))
      .slice(0, SPARE_DICTIONARIES)
      .map(([key]) => idOf(key)),
  );
  return all
    .filter(
      ([key]) => !DICTIONARY_ID.test(idOf(key)) || named.has(idOf(key)) || spare.has(idOf(key)),
    )
    .map(([key, value]) => ({ type: 'put', key, value }));
}

function idOf(key: Buffer): string {
  return key.toString('utf8', dictionaryKey('').length);
}
