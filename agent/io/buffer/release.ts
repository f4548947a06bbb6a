/** Takes records out of the ledger: acknowledged ones, and those that are given up. */

import type { NumberRange } from '../../../protocol/messages/ranges.ts';
import { above, addRange, missingFrom, type NumberSet } from '../../core/number-set.ts';
import { addLoss } from '../../core/retention.ts';
import type { Journal } from './journal.ts';
import { type Place, recordKey } from './keys.ts';
import {
  currentEpoch,
  type EpochEntry,
  type Ledger,
  replaceEpoch,
  settled,
  withSince,
} from './ledger.ts';
import { countNumbers, damageLoss, unaccounted } from './missing.ts';
import { type Found, readSlice } from './scan.ts';

const SLICE = 256;
/** Deletions that may wait for an append; more are written by themselves. */
const WAITING = 128;

export async function acknowledge(
  journal: Journal,
  epoch: string,
  ranges: readonly NumberRange[],
): Promise<void> {
  const entry = journal.ledger.epochs.find((one) => one.epoch === epoch);
  if (entry === undefined) return;
  for (const range of ranges) {
    const first = Math.max(range.first, entry.low);
    const last = Math.min(range.last, entry.next - 1);
    if (first <= last) await releaseRange(journal, entry, { first, last });
  }
  const { toldBy } = journal.ledger;
  if (toldBy?.order === entry.order && ranges.some((range) => isWithin(toldBy.number, range))) {
    journal.revise(settled(journal.ledger), true);
  }
  await raiseLow(journal, entry.order);
  const highest = Math.max(...ranges.map((range) => range.last));
  if (highest >= entry.next) await disown(journal, epoch, ranges, highest);
  if (journal.waitingCount >= WAITING) {
    await journal.commit({ operations: [], ledger: journal.ledger });
    await journal.vacuum.run(journal.level);
  }
}

/**
 * Somebody gave out numbers of this epoch that this folder does not know: it is an older copy of
 * itself, and what the collector lacks is lost. Were the epoch the current one, going on would give
 * two byte strings one name. Of a life that was killed with batches unwritten the opening has told.
 */
async function disown(
  journal: Journal,
  epoch: string,
  ranges: readonly NumberRange[],
  highest: number,
): Promise<void> {
  const entry = journal.ledger.epochs.find((one) => one.epoch === epoch);
  if (entry === undefined) return;
  const { next } = entry;
  const known = ranges.reduce<NumberSet>((set, range) => addRange(set, range), []);
  const numbers = missingFrom(known, { first: next, last: highest });
  const { ledger, opening } = journal;
  const isCurrent = epoch === currentEpoch(ledger).epoch;
  const ended = journal.ended.find((one) => one.epoch === epoch);
  const isTold = !isCurrent && (ended === undefined || ended.told === true);
  if (numbers.length > 0 && !isTold) {
    const between = { after: opening.lastTo, before: undefined };
    const loss = damageLoss(epoch, numbers, between, journal.born);
    const losses = addLoss(ledger.losses, journal.shownLosses, loss);
    const damagedRecords = ledger.damagedRecords + countNumbers(numbers);
    journal.revise({ ...ledger, losses, damagedRecords }, true);
  }
  // From now on they are known: another acknowledgement of them says nothing new.
  const gone = addRange(entry.gone, { first: next, last: highest });
  const epochs = replaceEpoch(journal.ledger, { ...entry, next: highest + 1, gone });
  journal.revise({ ...journal.ledger, epochs }, true);
  if (isCurrent) await journal.mint();
}

function isWithin(number: number, { first, last }: NumberRange): boolean {
  return first <= number && number <= last;
}

async function releaseRange(
  journal: Journal,
  { order, epoch }: EpochEntry,
  range: NumberRange,
): Promise<void> {
  const end = recordKey({ order, epoch, number: range.last + 1 });
  let from: Buffer | undefined = recordKey({ order, epoch, number: range.first });
  releaseStaged(journal, order, range);
  while (from !== undefined && journal.ledger.records > journal.staged.size) {
    const slice = await readSlice(journal.level, from, SLICE, end);
    for (const found of slice.found) release(journal, found);
    from = slice.next;
  }
  const { ledger } = journal;
  const entry = ledger.epochs.find((one) => one.order === order) as EpochEntry;
  const epochs = replaceEpoch(ledger, { ...entry, gone: addRange(entry.gone, range) });
  journal.revise({ ...ledger, epochs }, entry !== currentEpoch(ledger));
}

/** What was never written needs no deletion. */
function releaseStaged(journal: Journal, order: number, range: NumberRange): void {
  const { records, bytes } = journal.staged.release(order, range);
  const { ledger } = journal;
  if (records === 0) return;
  const rest = { records: ledger.records - records, bytes: ledger.bytes - bytes };
  journal.revise({ ...ledger, ...rest }, false);
}

/** One record less. Answers whether it was still held. */
export function release(journal: Journal, { place, key, bytes }: Found): boolean {
  if (journal.isDeleted(place)) return false;
  journal.vacuum.note(key, key, bytes);
  journal.delete(place);
  const { ledger } = journal;
  journal.revise({ ...ledger, records: ledger.records - 1, bytes: ledger.bytes - bytes }, false);
  return true;
}

/** Moves the lowest number held over what is gone; an old epoch that is empty is forgotten. */
export async function raiseLow(journal: Journal, order: number): Promise<void> {
  const entry = journal.ledger.epochs.find((one) => one.order === order);
  if (entry === undefined) return;
  const { low, since } = await lowestHeld(journal, entry);
  const raised = withSince({ ...entry, low, gone: above(entry.gone, low + 1) }, since);
  const old = entry !== currentEpoch(journal.ledger);
  const epochs = replaceEpoch(journal.ledger, raised);
  const kept = epochs.filter((one) => !(old && one.order === order && low === one.next));
  const next: Ledger = { ...journal.ledger, epochs: kept };
  journal.revise(next, old);
}

interface Lowest {
  readonly low: number;
  /** When its first sample was taken, if it says. */
  readonly since: number | undefined;
}

async function lowestHeld(
  journal: Journal,
  { order, epoch, low, next, gone }: EpochEntry,
): Promise<Lowest> {
  const { ledger, staged } = journal;
  const nothing: Lowest = { low: next, since: ledger.lastTo };
  if (ledger.records === 0) return nothing;
  const firstStaged = staged.lowest(order);
  const lowestStaged = firstStaged === undefined ? nothing : lowestAt(firstStaged);
  if (ledger.records === staged.size) return lowestStaged;
  // What was just released still lies there until its deletion is written: not read over again.
  const [first] = missingFrom(gone, { first: low, last: next - 1 });
  const from = { order, epoch, number: first?.first ?? next };
  const found = await firstHeld(journal, from, recordKey({ order, epoch, number: next }));
  const lowest = found !== undefined && found.low < lowestStaged.low ? found : lowestStaged;
  // What cannot be read is not released by that: whoever takes it finds out and tells.
  const [hidden] = unaccounted(ledger, order, { first: low, last: lowest.low - 1 });
  return hidden === undefined ? lowest : { low: hidden.first, since: undefined };
}

async function firstHeld(journal: Journal, place: Place, end: Buffer): Promise<Lowest | undefined> {
  let from: Buffer | undefined = recordKey(place);
  for (let limit = 2; from !== undefined; limit = SLICE) {
    const slice = await readSlice(journal.level, from, limit, end);
    const held = slice.found.find((one) => !journal.isDeleted(one.place));
    if (held !== undefined) return lowestAt(held);
    from = slice.next;
  }
  return undefined;
}

/** An event may be told before samples that are older, and what an unset clock says is a guess. */
function lowestAt({ place, record }: Pick<Found, 'place' | 'record'>): Lowest {
  const says = record?.kind === 'm' && !record.clockUnset;
  return { low: place.number, since: says ? record.from : undefined };
}
