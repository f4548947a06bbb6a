/** Makes room at the cap: gives up records in the order of `core/retention.ts`, each accounted. */
import { BufferError } from '../../core/errors.ts';
import { addLoss, DROP_CLASSES, dropClass, type Loss } from '../../core/retention.ts';
import type { Journal } from './journal.ts';
import { comparePlaces, recordKey } from './keys.ts';
import type { EpochEntry, Spot } from './ledger.ts';
import { damageLoss } from './missing.ts';
import { raiseLow, release } from './release.ts';
import { after, breathe, type Found, readSlice } from './scan.ts';
import { ALONE_BYTES, flush } from './vacuum.ts';

const SLICE = 256;

export interface RoomOptions {
  readonly capBytes: number;
  /** Freed at once, so that most appends at the cap need not free anything. */
  readonly chunkBytes: number;
}

/** Frees until `need` bytes fit under the cap. */
export async function makeRoom(
  journal: Journal,
  options: RoomOptions,
  need: number,
): Promise<void> {
  if (need > options.capBytes) {
    throw new BufferError('buffer-record-too-large', `${need} of ${options.capBytes} bytes`);
  }
  const fits = (): boolean => journal.ledger.bytes + need <= options.capBytes;
  while (!fits() && (await thin(journal, options.chunkBytes))) await breathe();
  if (!fits()) await drop(journal, options, need);
  if (!fits()) {
    throw new BufferError('buffer-full', `${journal.ledger.bytes} of ${options.capBytes} bytes`);
  }
}

/** Most devices never get there: it is loaded by the first that does. */
async function thin(journal: Journal, bytes: number): Promise<boolean> {
  // The program's files may have been replaced since the start: then records go without thinning.
  const thinner = await import('./thinner.ts').catch(() => undefined);
  return thinner === undefined ? false : thinner.thinSome(journal, bytes);
}

async function drop(journal: Journal, options: RoomOptions, need: number): Promise<void> {
  const target = options.capBytes - Math.max(need, options.chunkBytes);
  for (let index = 0; index < DROP_CLASSES && journal.ledger.bytes > target; index++) {
    await dropClassUntil(journal, index, target);
  }
  for (const { order } of journal.ledger.epochs) await raiseLow(journal, order);
  const alone = options.chunkBytes >= ALONE_BYTES;
  if (alone) await flush(journal.level);
  await journal.commit({ operations: [], ledger: journal.ledger });
  await journal.vacuum.run(journal.level, alone ? 0 : undefined);
}

async function dropClassUntil(journal: Journal, index: number, target: number): Promise<void> {
  let from: Buffer | undefined = startOf(journal, index);
  while (from !== undefined && journal.ledger.bytes > target) {
    const slice = await readSlice(journal.level, from, SLICE);
    for (const found of slice.found) {
      if (journal.ledger.bytes <= target) return;
      giveUp(journal, found, index);
    }
    from = slice.next;
  }
}

/** Behind what this class has already given up, and not below the oldest record. */
function startOf(journal: Journal, index: number): Buffer {
  const oldest = journal.ledger.epochs[0] as EpochEntry;
  const floor = journal.ledger.floors[index] as Spot;
  const low = { ...oldest, number: oldest.low };
  const epoch = journal.ledger.epochs.find((one) => one.order === floor.order)?.epoch;
  if (epoch === undefined || comparePlaces(floor, low) < 0) return recordKey(low);
  return after(recordKey({ ...floor, epoch }));
}

function giveUp(journal: Journal, found: Found, index: number): void {
  const { place, record } = found;
  const floors = journal.ledger.floors.with(index, { order: place.order, number: place.number });
  journal.revise({ ...journal.ledger, floors }, true);
  if (record !== undefined && dropClass(record.kind) !== index) return;
  if (!release(journal, found)) return;
  const { ledger } = journal;
  const loss = lossOf(journal, found);
  const isDamaged = record === undefined;
  journal.revise(
    {
      ...ledger,
      losses: addLoss(ledger.losses, journal.shownLosses, loss),
      droppedRecords: ledger.droppedRecords + (isDamaged ? 0 : 1),
      droppedSamples: ledger.droppedSamples + loss.samples,
      damagedRecords: ledger.damagedRecords + (isDamaged ? 1 : 0),
    },
    true,
  );
}

function lossOf({ ledger, born }: Journal, { place, record }: Found): Loss {
  const { order, epoch, number } = place;
  const numbers = [{ first: number, last: number }];
  if (record !== undefined) {
    const { from, to, samples } = record;
    return { cause: 'full', epoch, numbers, from, to, samples };
  }
  const after = ledger.epochs.find((one) => one.order === order)?.since;
  return damageLoss(epoch, numbers, { after, before: undefined }, born);
}
