/** Gives records out, oldest first, and remembers durably what it has given. */
import type { Position, StoredRecord } from '../../ports.ts';
import type { Journal } from './journal.ts';
import { comparePlaces, type Place, recordKey } from './keys.ts';
import type { EpochEntry } from './ledger.ts';
import { unaccounted } from './missing.ts';
import type { RecordValue } from './record-codec.ts';
import { after, type Found, readSlice } from './scan.ts';

const SLICE = 64;

export interface Limit {
  readonly records: number;
  readonly bytes: number;
}

export interface Taken {
  readonly records: readonly StoredRecord[];
  /** A record failed its checksum, or numbers are missing. */
  readonly damaged: boolean;
}

export async function take(
  journal: Journal,
  behind: Position | undefined,
  limit: Limit,
): Promise<Taken> {
  await journal.flushStaged();
  const walk = new Walk(journal, limit);
  let from: Buffer | undefined = startKey(journal, behind);
  walk.expect(journal, behind);
  while (from !== undefined && !walk.full) {
    const slice = await readSlice(journal.level, from, Math.min(SLICE, limit.records));
    for (const found of slice.found) walk.visit(found);
    from = slice.next;
  }
  await markSent(journal, walk.last);
  return { records: walk.records, damaged: walk.damaged };
}

export async function get(journal: Journal, position: Position): Promise<StoredRecord | undefined> {
  const entry = journal.ledger.epochs.find((one) => one.epoch === position.epoch);
  if (entry === undefined) return undefined;
  const place = { order: entry.order, epoch: entry.epoch, number: position.number };
  if (journal.isDeleted(place)) return undefined;
  const staged = journal.staged.get(place);
  if (staged !== undefined) return toStored(place, staged.record);
  const from = recordKey(place);
  const { found } = await readSlice(journal.level, from, 1, after(from));
  const record = found[0]?.record;
  return record === undefined ? undefined : toStored(place, record);
}

export function toStored(place: Place, record: RecordValue): StoredRecord {
  const { kind, id, from, to, samples, clockUnset, payload } = record;
  return {
    epoch: place.epoch,
    number: place.number,
    kind,
    ...(id === undefined ? {} : { id }),
    from,
    to,
    samples,
    clockUnset,
    payload,
  };
}

function startKey(journal: Journal, behind: Position | undefined): Buffer {
  const entry = journal.ledger.epochs.find((one) => one.epoch === behind?.epoch);
  if (behind !== undefined && entry !== undefined) {
    return after(recordKey({ ...entry, number: behind.number }));
  }
  const oldest = journal.ledger.epochs[0] as EpochEntry;
  return recordKey({ ...oldest, number: oldest.low });
}

async function markSent(journal: Journal, last: Place | undefined): Promise<void> {
  const { ledger } = journal;
  if (last === undefined || comparePlaces(last, ledger.sentUpTo) <= 0) return;
  const sentUpTo = { order: last.order, number: last.number };
  await journal.commit({ operations: [], ledger: { ...ledger, sentUpTo } });
}

/** One pass over the records, with an eye on numbers that ought to be there. */
class Walk {
  readonly records: StoredRecord[] = [];
  full = false;
  damaged = false;
  last: Place | undefined;
  private bytes = 0;
  private before: { order: number; number: number } | undefined;
  private readonly journal: Journal;
  private readonly limit: Limit;

  constructor(journal: Journal, limit: Limit) {
    this.journal = journal;
    this.limit = limit;
    this.full = limit.records < 1;
  }

  expect(journal: Journal, behind: Position | undefined): void {
    const entry = journal.ledger.epochs.find((one) => one.epoch === behind?.epoch);
    if (behind !== undefined && entry !== undefined) {
      this.before = { order: entry.order, number: behind.number };
    }
  }

  visit({ place, record, bytes }: Found): void {
    if (this.full) return;
    this.checkNumbers(place);
    if (this.journal.isDeleted(place)) return;
    if (record === undefined) {
      this.damaged = true;
      return;
    }
    const tooMuch = this.records.length > 0 && this.bytes + bytes > this.limit.bytes;
    if (record.clockUnset || tooMuch) {
      this.full = true;
      return;
    }
    this.records.push(toStored(place, record));
    this.bytes += bytes;
    this.last = place;
    this.full = this.records.length >= this.limit.records;
  }

  private checkNumbers(place: Place): void {
    const first = this.before?.order === place.order ? this.before.number + 1 : 1;
    const hole = { first, last: place.number - 1 };
    if (hole.first <= hole.last && unaccounted(this.journal.ledger, place.order, hole).length > 0) {
      this.damaged = true;
    }
    this.before = place;
  }
}
