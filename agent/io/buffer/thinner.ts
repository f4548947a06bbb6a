/** Thins the oldest batches that were never given out, a stretch at a time. */

import { decodeBatch } from '../../../protocol/messages/batch.ts';
import { decodeSchema, type SeriesDefinition } from '../../../protocol/messages/schema.ts';
import { addLoss, type Loss, nextThinning, passReach, THIN_PASSES } from '../../core/retention.ts';
import { type DictionaryLookup, thin } from '../../core/thin.ts';
import { getDictionary } from './dictionaries.ts';
import type { Journal } from './journal.ts';
import { comparePlaces, type Place, recordKey } from './keys.ts';
import { currentEpoch, type EpochEntry, type Ledger, NOWHERE, type Spot } from './ledger.ts';
import type { Operation } from './level.ts';
import { encodeRecord, type RecordValue } from './record-codec.ts';
import { type Found, readSlice } from './scan.ts';
import { ALONE_BYTES } from './vacuum.ts';

const SLICE = 64;

/** One stretch of about `bytes`. Answers false when nothing may be thinned any more. */
export async function thinSome(journal: Journal, bytes: number): Promise<boolean> {
  const { ledger } = journal;
  const total = rankOf(ledger, { order: Number.MAX_SAFE_INTEGER, number: 0 });
  const starts = Array.from({ length: THIN_PASSES }, (_, pass) => startOf(ledger, pass));
  const pass = nextThinning(
    starts.map((spot) => rankOf(ledger, spot)),
    total,
  );
  if (pass === undefined) return false;
  const stretch = new Stretch(journal, pass, starts[pass] as Spot, passReach(pass, total));
  await stretch.walk(bytes);
  await stretch.commit(bytes >= ALONE_BYTES);
  return true;
}

/** How many numbers lie at or below the spot; acknowledged ones in between count too. */
function rankOf(ledger: Ledger, spot: Spot): number {
  let rank = 0;
  for (const { order, low, next } of ledger.epochs) {
    if (order < spot.order) rank += next - low;
    else if (order === spot.order) rank += Math.max(0, Math.min(spot.number, next - 1) - low + 1);
  }
  return rank;
}

/** Where the pass goes on: never at or below what may have been given out. */
function startOf(ledger: Ledger, pass: number): Spot {
  const done = ledger.thinned[pass] ?? NOWHERE;
  return comparePlaces(done, ledger.sentUpTo) > 0 ? done : ledger.sentUpTo;
}

class Stretch {
  private readonly journal: Journal;
  private readonly pass: number;
  private readonly reach: number;
  private readonly operations: Operation[] = [];
  private readonly dictionaries = new Map<string, readonly SeriesDefinition[] | undefined>();
  private losses: readonly Loss[];
  private end: Spot;
  private witness: Place | undefined;
  private saved = 0;
  private removed = 0;

  constructor(journal: Journal, pass: number, start: Spot, reach: number) {
    this.journal = journal;
    this.pass = pass;
    this.reach = reach;
    this.end = start;
    this.losses = journal.ledger.losses;
  }

  async walk(bytes: number): Promise<void> {
    let read = 0;
    let from: Buffer | undefined = this.startKey();
    while (
      from !== undefined &&
      read < bytes &&
      rankOf(this.journal.ledger, this.end) < this.reach
    ) {
      const slice = await readSlice(this.journal.level, from, SLICE);
      for (const found of slice.found) {
        await this.visit(found);
        read += found.bytes;
      }
      from = slice.next;
    }
    const { order, next } = currentEpoch(this.journal.ledger);
    if (from === undefined) this.end = { order, number: next - 1 };
  }

  async commit(alone: boolean): Promise<void> {
    const { ledger } = this.journal;
    const { plan: _, ...before } = ledger;
    const thinned = Array.from({ length: THIN_PASSES }, (_, i) => ledger.thinned[i] ?? NOWHERE);
    const after = {
      ...before,
      bytes: ledger.bytes - this.saved,
      thinned: thinned.with(this.pass, this.end),
      losses: this.losses,
      thinnedSamples: ledger.thinnedSamples + this.removed,
    };
    if (this.witness === undefined) return this.journal.revise(after, true);
    if (!alone) return this.journal.commit({ operations: this.operations, ledger: after });
    const plan = { witness: this.witness, passes: this.pass + 1, after };
    await this.journal.rewrite(this.operations, plan);
  }

  private startKey(): Buffer {
    const { epochs } = this.journal.ledger;
    const same = epochs.find(({ order }) => order === this.end.order);
    const oldest = epochs.find(({ order }) => order > this.end.order) ?? (epochs[0] as EpochEntry);
    return same === undefined
      ? recordKey({ ...oldest, number: oldest.low })
      : recordKey({
          ...same,
          number: Math.max(same.low, Math.min(this.end.number + 1, same.next)),
        });
  }

  private async visit({ place, key, bytes, record }: Found): Promise<void> {
    this.end = { order: place.order, number: place.number };
    if (record === undefined || record.kind !== 'm' || record.sent) return;
    if (record.passes > this.pass || this.journal.isDeleted(place)) return;
    const result = thin(record.payload, await this.lookupFor(record));
    if (result === undefined) return;
    const value = encodeRecord(key, {
      ...record,
      payload: result.payload,
      samples: Math.max(0, record.samples - result.removed),
      passes: this.pass + 1,
    });
    if (key.length + value.length >= bytes) return;
    this.operations.push({ type: 'put', key, value });
    this.witness ??= place;
    this.journal.vacuum.note(key, key, bytes);
    this.saved += bytes - key.length - value.length;
    this.account(place, record, result.removed);
  }

  private account({ epoch, number }: Place, { from, to }: RecordValue, samples: number): void {
    const numbers = [{ first: number, last: number }];
    const loss = { cause: 'thinned', epoch, numbers, from, to, samples } as const;
    this.losses = addLoss(this.losses, this.journal.shownLosses, loss);
    this.removed += samples;
  }

  private async lookupFor(record: RecordValue): Promise<DictionaryLookup> {
    const batch = decodeBatch(record.payload);
    const id = batch.ok ? batch.value.schema : '';
    if (!this.dictionaries.has(id)) {
      const bytes = await getDictionary(this.journal, id);
      const decoded = bytes === undefined ? undefined : decodeSchema(bytes);
      this.dictionaries.set(id, decoded?.ok === true ? decoded.value.series : undefined);
    }
    return (wanted) => this.dictionaries.get(wanted);
  }
}
