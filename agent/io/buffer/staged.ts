/**
 * Live records that were handed to the link and not yet written: one that the collector
 * acknowledges meanwhile needs no write at all, which spares the flash of a device that is online.
 * Whatever else is written takes them along, so the folder never lacks a number below another.
 */
import type { NumberRange } from '../../../protocol/messages/ranges.ts';
import { addRange, missingFrom, type NumberSet } from '../../core/number-set.ts';
import type { Place } from './keys.ts';
import type { EpochEntry, Ledger } from './ledger.ts';
import type { RecordValue } from './record-codec.ts';

export interface StagedRecord {
  readonly place: Place;
  readonly key: Buffer;
  readonly value: Buffer;
  readonly record: RecordValue;
}

/** Beyond, the next record is written at once and takes the others along. */
const MAX_BYTES = 262_144;

/** All of one epoch, in order of their numbers: an epoch begins with nothing staged. */
export class Staged {
  private readonly records = new Map<number, StagedRecord>();
  bytes = 0;

  get size(): number {
    return this.records.size;
  }

  fits(bytes: number): boolean {
    return this.bytes + bytes <= MAX_BYTES;
  }

  add(staged: StagedRecord): void {
    this.records.set(staged.place.number, staged);
    this.bytes += sizeOf(staged);
  }

  get({ order, number }: Pick<Place, 'order' | 'number'>): StagedRecord | undefined {
    const found = this.records.get(number);
    return found?.place.order === order ? found : undefined;
  }

  /** Takes those within the range out, and answers how many and how long they were. */
  release(order: number, { first, last }: NumberRange): { records: number; bytes: number } {
    let [records, bytes] = [0, 0];
    for (const [number, staged] of this.records) {
      if (staged.place.order !== order || number < first || number > last) continue;
      this.records.delete(number);
      records++;
      bytes += sizeOf(staged);
    }
    this.bytes -= bytes;
    return { records, bytes };
  }

  lowest(order: number): StagedRecord | undefined {
    for (const staged of this.records.values()) if (staged.place.order === order) return staged;
    return undefined;
  }

  all(): StagedRecord[] {
    return [...this.records.values()];
  }

  clear(): void {
    this.records.clear();
    this.bytes = 0;
  }
}

/**
 * The ledger of a folder that was opened again, with the records that only memory holds. Numbers of
 * their epoch that are neither there nor here were acknowledged.
 */
export function readopt(ledger: Ledger, before: Ledger, staged: Staged): Ledger {
  const given = before.epochs.find(({ order }) => staged.lowest(order) !== undefined);
  const lowest = given === undefined ? undefined : staged.lowest(given.order)?.place.number;
  if (given === undefined || lowest === undefined) return ledger;
  const stored = ledger.epochs.find(({ order }) => order === given.order);
  const held = stored !== undefined && stored.low < stored.next;
  const unknown = { first: held ? stored.next : lowest, last: given.next - 1 };
  const here = staged.all().reduce<NumberSet>((set, { place: { number } }) => {
    return addRange(set, { first: number, last: number });
  }, []);
  const entry: EpochEntry = {
    ...given,
    low: held ? stored.low : lowest,
    ...(held && stored.since !== undefined && { since: stored.since }),
    gone: missingFrom(here, unknown).reduce(addRange, held ? stored.gone : []),
  };
  const older = ledger.epochs.filter(({ order }) => order < given.order);
  const newer = ledger.epochs.filter(({ order }) => order > given.order);
  return {
    ...ledger,
    records: ledger.records + staged.size,
    bytes: ledger.bytes + staged.bytes,
    epochs: [...older, entry, ...newer],
  };
}

function sizeOf({ key, value }: StagedRecord): number {
  return key.length + value.length;
}
