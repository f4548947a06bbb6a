/** Gives records out, oldest first, and remembers durably what it has given. */
import type { Position, StoredRecord } from '../../ports.ts';
import type { Journal } from './journal.ts';
import { comparePlaces, type Place, recordKey } from './keys.ts';
import type { EpochEntry, Ledger, Spot } from './ledger.ts';
import { lacksSomething, type Stretch } from './missing.ts';
import type { RecordValue } from './record-codec.ts';
import { after, type Found, readSlice } from './scan.ts';

const SLICE = 64;
/** Behind all records. */
const END: Spot = { order: Number.MAX_SAFE_INTEGER, number: 0 };

export interface Limit {
  readonly records: number;
  readonly bytes: number;
}

export interface Taken {
  readonly records: readonly StoredRecord[];
  /** A record failed its checksum. */
  readonly damaged: boolean;
  /** Where records should be that were not found. */
  readonly unseen: readonly Stretch[];
}

export async function take(
  journal: Journal,
  behind: Position | undefined,
  limit: Limit,
): Promise<Taken> {
  await journal.flushStaged();
  const start = startOf(journal.ledger, behind);
  const walk = new Walk(journal, start, limit);
  let from: Buffer | undefined = after(recordKey(start));
  while (from !== undefined && !walk.full) {
    const slice = await readSlice(journal.level, from, Math.min(SLICE, limit.records));
    for (const found of slice.found) walk.visit(found);
    from = slice.next;
  }
  walk.end();
  await markSent(journal, walk.last);
  return { records: walk.records, damaged: walk.damaged, unseen: walk.unseen };
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

/** The place before the first one that is wanted. */
function startOf({ epochs }: Ledger, behind: Position | undefined): Place {
  const entry = epochs.find((one) => one.epoch === behind?.epoch);
  if (behind !== undefined && entry !== undefined) return { ...entry, number: behind.number };
  const oldest = epochs[0] as EpochEntry;
  return { ...oldest, number: oldest.low - 1 };
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
  readonly unseen: Stretch[] = [];
  last: Place | undefined;
  private bytes = 0;
  private before: Spot;
  private readonly journal: Journal;
  private readonly limit: Limit;

  constructor(journal: Journal, before: Spot, limit: Limit) {
    this.journal = journal;
    this.before = before;
    this.limit = limit;
    this.full = limit.records < 1;
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

  /** Unless there was enough before, nothing is left. */
  end(): void {
    if (!this.full) this.checkNumbers(END);
  }

  private checkNumbers(spot: Spot): void {
    const stretch = { after: this.before, before: spot };
    if (lacksSomething(this.journal.ledger, stretch)) this.unseen.push(stretch);
    this.before = spot;
  }
}
