/**
 * Appends a record: data and number in one write. A live batch may wait for its write instead: who
 * is online hears of its acknowledgement before it is due.
 */
import type { NewRecord, StoredRecord } from '../../ports.ts';
import type { Journal } from './journal.ts';
import { recordKey } from './keys.ts';
import { currentEpoch, type EpochEntry, type Ledger, replaceEpoch, tallyOf } from './ledger.ts';
import { toStored } from './reader.ts';
import { encodeRecord, type RecordValue } from './record-codec.ts';
import { makeRoom, type RoomOptions } from './room.ts';

/** A sampler that took its time delivers a row that is older than others; more is another clock. */
const LATE_MS = 60_000;

export interface AppendOptions extends RoomOptions {
  /** Live batches wait for their write until somebody flushes them. */
  readonly stage: boolean;
}

export async function append(
  journal: Journal,
  options: AppendOptions,
  record: NewRecord,
): Promise<StoredRecord> {
  const { order, epoch, low, next: number, since } = currentEpoch(journal.ledger);
  const place = { order, epoch, number };
  const payload = record.encode({ epoch, number, low });
  const key = recordKey(place);
  const make = (): RecordValue => storedForm(journal.ledger, record, payload);
  const value = await fitted(journal, options, key, make);
  const form = make();
  const ledger = appended(journal.ledger, number, key.length + value.length, record);
  const isEarlier = currentEpoch(ledger).since !== since;
  const stage = options.stage && record.sent && record.kind === 'm';
  if (stage && ledger.staging === true && journal.staged.fits(key.length + value.length)) {
    journal.staged.add({ place, key, value, record: form });
    journal.revise({ ...ledger, version: ledger.version + 1 }, isEarlier);
  } else {
    // Before the first one is staged, the folder says that this may happen.
    const announced: Ledger = stage ? { ...ledger, staging: true } : ledger;
    const { staging, toldBy } = journal.ledger;
    const tallied = announced.staging === staging && announced.toldBy === toldBy && !isEarlier;
    await journal.commit({
      operations: [{ type: 'put', key, value }],
      ledger: announced,
      tallied,
    });
  }
  return toStored(place, form);
}

/** Making room changes the tally, and the tally the length: asked again until it fits. */
async function fitted(
  journal: Journal,
  options: RoomOptions,
  key: Buffer,
  make: () => RecordValue,
): Promise<Buffer> {
  let value = encodeRecord(key, make());
  for (let need = key.length + value.length; ; need = Math.max(need, key.length + value.length)) {
    if (journal.ledger.bytes + need <= options.capBytes) return value;
    await makeRoom(journal, options, need);
    value = encodeRecord(key, make());
  }
}

function storedForm(ledger: Ledger, record: NewRecord, payload: Uint8Array): RecordValue {
  const { version } = ledger;
  return {
    kind: record.kind,
    ...(record.id === undefined ? {} : { id: record.id }),
    from: record.from,
    to: record.to,
    samples: record.samples,
    sent: record.sent,
    clockUnset: record.clockUnset,
    passes: 0,
    tally: { ...tallyOf(ledger), version: version + 1 },
    payload,
  };
}

/** The clock was set back, and what was said of the samples held does not hold for these. */
function earlier({ since }: EpochEntry, { kind, from }: NewRecord): Pick<EpochEntry, 'since'> {
  const wasSetBack = kind === 'm' && since !== undefined && from < since - LATE_MS;
  return wasSetBack ? { since: from } : {};
}

function appended(ledger: Ledger, number: number, bytes: number, record: NewRecord): Ledger {
  const current = currentEpoch(ledger);
  const unset = record.clockUnset && ledger.unsetFrom === undefined;
  const tells = record.settlesOpening === true && ledger.owed !== undefined;
  return {
    ...ledger,
    ...(tells ? { toldBy: { order: current.order, epoch: current.epoch, number } } : {}),
    records: ledger.records + 1,
    bytes: ledger.bytes + bytes,
    // What an unset clock says is a guess.
    ...(record.kind === 'm' && !record.clockUnset ? { lastTo: record.to } : {}),
    epochs: replaceEpoch(ledger, { ...current, ...earlier(current, record), next: number + 1 }),
    ...(unset ? { unsetFrom: { order: current.order, number } } : {}),
  };
}
