/** Gives records their time afterwards, when the clock of their boot has been set. */
import type { StoredRecord } from '../../ports.ts';
import type { Journal } from './journal.ts';
import { comparePlaces, recordKey } from './keys.ts';
import type { Ledger, Spot } from './ledger.ts';
import type { Operation } from './level.ts';
import { toStored } from './reader.ts';
import { encodeRecord } from './record-codec.ts';
import { type Found, readSlice } from './scan.ts';

export type Rewrite = (record: StoredRecord) => { payload: Uint8Array; from: number; to: number };

/** Runs one job alone; between two, others have their turn. */
export type Turn = <T>(job: () => Promise<T>) => Promise<T>;

const SLICE = 64;

export async function rebase(journal: Journal, turn: Turn, rewrite: Rewrite): Promise<number> {
  let total = 0;
  // At least one turn: an append of such a record may still be waiting for its own.
  do total += await turn(() => rebaseSlice(journal, rewrite));
  while (journal.ledger.unsetFrom !== undefined);
  return total;
}

async function rebaseSlice(journal: Journal, rewrite: Rewrite): Promise<number> {
  const from = journal.ledger.unsetFrom;
  if (from === undefined) return 0;
  const slice = await readSlice(journal.level, startKey(journal.ledger, from), SLICE);
  const operations: Operation[] = [];
  let bytes = journal.ledger.bytes;
  for (const found of slice.found) {
    if (found.record?.clockUnset !== true || journal.isDeleted(found.place)) continue;
    const value = rewritten(found, rewrite);
    bytes += found.key.length + value.length - found.bytes;
    operations.push({ type: 'put', key: found.key, value });
  }
  const last = slice.found.at(-1)?.place;
  const { unsetFrom: _, ...rest } = journal.ledger;
  const more = slice.next !== undefined && last !== undefined;
  const unsetFrom = more ? { order: last.order, number: last.number + 1 } : undefined;
  const ledger = { ...rest, bytes, ...(unsetFrom === undefined ? {} : { unsetFrom }) };
  await journal.commit({ operations, ledger });
  return operations.length;
}

function rewritten(found: Found, rewrite: Rewrite): Buffer {
  const record = found.record as NonNullable<Found['record']>;
  const changed = rewrite(toStored(found.place, record));
  return encodeRecord(found.key, { ...record, ...changed, clockUnset: false });
}

function startKey(ledger: Ledger, spot: Spot): Buffer {
  const entry = ledger.epochs.find((one) => one.order === spot.order);
  if (entry !== undefined) return recordKey({ ...entry, number: spot.number });
  const later = ledger.epochs.find((one) => comparePlaces({ ...one, number: one.low }, spot) > 0);
  const start = later ?? (ledger.epochs.at(-1) as Ledger['epochs'][number]);
  return recordKey({ ...start, number: start.low });
}
