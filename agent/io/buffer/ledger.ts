/**
 * What the buffer knows beside its records, as one value: replaced as a whole after each write.
 *
 * On disk it lies under one key, written when anything but an append changes it; the tally inside
 * the newest record brings it up to date.
 */
import { crc32 } from 'node:zlib';
import type { NumberSet } from '../../core/number-set.ts';
import { DROP_CLASSES, type Loss } from '../../core/retention.ts';
import type { Place } from './keys.ts';
import type { RecordValue, Tally } from './record-codec.ts';

/** A position among all records; everything at or below it is meant. */
export interface Spot {
  readonly order: number;
  readonly number: number;
}

export interface EpochEntry {
  readonly order: number;
  readonly epoch: string;
  /** Lowest number held; equal to `next` when none is. */
  readonly low: number;
  readonly next: number;
  /** Above `low`, but acknowledged or given up. */
  readonly gone: NumberSet;
  /** UTC milliseconds: nothing that is held was sampled before, as of when this was written. */
  readonly since?: number;
}

export interface Ledger {
  readonly version: number;
  readonly boot: string;
  readonly clean: boolean;
  /** Live records may have been given out without having been written: see staged.ts. */
  readonly staging?: true;
  /** UTC milliseconds of the newest sample in any batch, as of when this was written. */
  readonly lastTo?: number;
  /** UTC milliseconds since when samples may be missing of which the collector has not been told. */
  readonly owed?: number;
  /** The record that tells of it; what is owed is settled when that is acknowledged. */
  readonly toldBy?: Place;
  readonly records: number;
  readonly bytes: number;
  /** Never empty; the current one last. */
  readonly epochs: readonly EpochEntry[];
  /** Records up to here may have been given out: their bytes are fixed. */
  readonly sentUpTo: Spot;
  /** First record whose clock was unset, if any may be left. */
  readonly unsetFrom?: Spot;
  /** For each drop class, how far its records were dropped. */
  readonly floors: readonly Spot[];
  /** For each thinning pass, how far it has come. */
  readonly thinned: readonly Spot[];
  /** A rewriting that was about to be done when this was written: see `settlePlan`. */
  readonly plan?: Plan;
  readonly losses: readonly Loss[];
  readonly droppedRecords: number;
  readonly droppedSamples: number;
  readonly thinnedSamples: number;
  readonly damagedRecords: number;
}

/**
 * Thinned records are written without the ledger, which would stretch their table over half of the
 * folder. It is written before them, with what it will be afterwards and how to tell.
 */
export interface Plan {
  /** A record that is thinned, and how often it is when the plan has been carried out. */
  readonly witness: Place;
  readonly passes: number;
  readonly after: Omit<Ledger, 'version' | 'plan'>;
}

export const NOWHERE: Spot = { order: 0, number: 0 };

export function emptyLedger(boot: string): Ledger {
  return {
    version: 0,
    boot,
    clean: false,
    records: 0,
    bytes: 0,
    epochs: [],
    sentUpTo: NOWHERE,
    floors: Array.from({ length: DROP_CLASSES }, () => NOWHERE),
    thinned: [],
    losses: [],
    droppedRecords: 0,
    droppedSamples: 0,
    thinnedSamples: 0,
    damagedRecords: 0,
  };
}

export function encodeLedger(ledger: Ledger): Buffer {
  const text = Buffer.from(JSON.stringify(ledger), 'utf8');
  const head = Buffer.allocUnsafe(4);
  head.writeUInt32LE(crc32(text));
  return Buffer.concat([head, text]);
}

export function decodeLedger(value: Buffer | undefined): Ledger | undefined {
  if (value === undefined || value.length < 4) return undefined;
  const text = value.subarray(4);
  if (crc32(text) !== value.readUInt32LE(0)) return undefined;
  return JSON.parse(text.toString('utf8')) as Ledger;
}

export function currentEpoch(ledger: Ledger): EpochEntry {
  return ledger.epochs.at(-1) as EpochEntry;
}

export function replaceEpoch(ledger: Ledger, entry: EpochEntry): readonly EpochEntry[] {
  return ledger.epochs.map((one) => (one.order === entry.order ? entry : one));
}

/** Begins a new epoch, which has no sample before `since`. The one before stays while it holds records. */
export function mintEpoch(ledger: Ledger, epoch: string, since: number | undefined): Ledger {
  const last = ledger.epochs.at(-1);
  const kept = ledger.epochs.filter((one) => one.low < one.next);
  const entry = { order: (last?.order ?? 0) + 1, epoch, low: 1, next: 1, gone: [] };
  return { ...ledger, epochs: [...kept, withSince(entry, since)] };
}

/** Where the new bound is not known, the old one holds. */
export function withSince(entry: EpochEntry, since: number | undefined): EpochEntry {
  return since === undefined ? entry : { ...entry, since };
}

/** The collector has the record that tells of what was owed. */
export function settled({ owed: _, toldBy: __, ...rest }: Ledger): Ledger {
  return rest;
}

export function tallyOf(ledger: Ledger): Tally {
  const { low, gone } = currentEpoch(ledger);
  const { version, records, bytes } = ledger;
  return { version, records, bytes, low, gone };
}

/** Brings the ledger up to date from the newest record of its current epoch. */
export function applyNewest(
  ledger: Ledger,
  place: Place,
  record: RecordValue,
  storedBytes: number,
): Ledger {
  const { tally } = record;
  const current = currentEpoch(ledger);
  if (tally.version <= ledger.version || place.order !== current.order) return ledger;
  const entry = { ...current, low: tally.low, next: place.number + 1, gone: tally.gone };
  return {
    ...ledger,
    version: tally.version,
    records: tally.records + 1,
    bytes: tally.bytes + storedBytes,
    epochs: replaceEpoch(ledger, entry),
  };
}

/** What is owed as the process knows it, which may be ahead of its folder. */
export function withDebtOf(ledger: Ledger, { owed, toldBy }: Ledger): Ledger {
  const debt = { ...(owed !== undefined && { owed }), ...(toldBy !== undefined && { toldBy }) };
  return { ...settled(ledger), ...debt };
}

/** The ledger after its plan, or as if there had been none. */
export function settlePlan(ledger: Ledger, carriedOut: boolean): Ledger {
  const { plan, ...before } = ledger;
  if (plan === undefined) return ledger;
  return carriedOut ? { ...plan.after, version: ledger.version } : before;
}
