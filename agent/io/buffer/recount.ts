/** After damage nothing that was written about the records is believed: they are counted again. */
import { addRange, type NumberSet } from '../../core/number-set.ts';
import { addLoss, type Loss } from '../../core/retention.ts';
import { RECORD_RANGE } from './keys.ts';
import { type EpochEntry, type Ledger, NOWHERE, type Spot } from './ledger.ts';
import type { Level } from './level.ts';
import { countNumbers, damageLoss, unaccounted } from './missing.ts';
import { type Found, readSlice } from './scan.ts';

const SLICE = 1_000;

export interface Recounted {
  readonly ledger: Ledger;
  /** Keys of records that failed their checksum, to be deleted. */
  readonly damaged: readonly Buffer[];
  /** Time of the newest sample. */
  readonly lastTo: number | undefined;
}

/** What is found of one epoch: `last` is the newest number so far, `gone` the holes before it. */
interface Walk {
  readonly epoch: string;
  readonly low: number;
  readonly last: number;
  readonly gone: NumberSet;
  readonly lastTo: number;
}

class Recount {
  records = 0;
  bytes = 0;
  lastTo: number | undefined;
  losses: readonly Loss[];
  lost = 0;
  readonly damaged: Buffer[] = [];
  private unsetFrom: Spot | undefined;
  private readonly walks = new Map<number, Walk>();
  private readonly before: Ledger;

  constructor(before: Ledger) {
    this.before = before;
    this.losses = before.losses;
  }

  note({ place, key, bytes, record }: Found): void {
    if (record === undefined) {
      this.damaged.push(key);
      return;
    }
    const { order, epoch, number } = place;
    const walk = this.walks.get(order);
    const hole = { first: (walk?.last ?? 0) + 1, last: number - 1 };
    if (hole.first <= hole.last) {
      this.miss(order, epoch, hole, walk?.lastTo ?? record.from, record.from);
    }
    const gone = walk === undefined || hole.first > hole.last ? [] : [hole];
    this.walks.set(order, {
      epoch,
      low: walk?.low ?? number,
      last: number,
      gone: gone.reduce<NumberSet>((set, range) => addRange(set, range), walk?.gone ?? []),
      lastTo: record.to,
    });
    this.records++;
    this.bytes += bytes;
    if (record.kind === 'm') this.lastTo = record.to;
    if (record.clockUnset) this.unsetFrom ??= { order, number };
  }

  finish(): Ledger {
    const { before } = this;
    const known = before.epochs.map((one) => one.order);
    const orders = [...new Set([...known, ...this.walks.keys()])].sort((a, b) => a - b);
    const epochs = orders.map((order) => this.finishEpoch(order));
    const { unsetFrom: _, ...rest } = before;
    return {
      ...rest,
      records: this.records,
      bytes: this.bytes,
      epochs,
      // Nobody knows any more what was given out: all of it may have been.
      sentUpTo: { order: orders.at(-1) ?? 0, number: Number.MAX_SAFE_INTEGER },
      floors: before.floors.map(() => NOWHERE),
      thinned: [],
      losses: this.losses,
      damagedRecords: before.damagedRecords + this.lost,
      ...(this.unsetFrom === undefined ? {} : { unsetFrom: this.unsetFrom }),
    };
  }

  private finishEpoch(order: number): EpochEntry {
    const old = this.before.epochs.find((one) => one.order === order);
    const walk = this.walks.get(order);
    const epoch = walk?.epoch ?? (old as EpochEntry).epoch;
    const next = Math.max(old?.next ?? 1, (walk?.last ?? 0) + 1);
    const tail = { first: (walk?.last ?? 0) + 1, last: next - 1 };
    const time = walk?.lastTo ?? this.lastTo ?? 0;
    if (tail.first <= tail.last) this.miss(order, epoch, tail, time, time);
    const low = walk?.low ?? next;
    const gone = walk === undefined || tail.first > tail.last ? [] : [tail];
    const all = gone.reduce<NumberSet>((set, range) => addRange(set, range), walk?.gone ?? []);
    return { order, epoch, low, next, gone: all };
  }

  private miss(
    order: number,
    epoch: string,
    hole: { first: number; last: number },
    from: number,
    to: number,
  ): void {
    const numbers = unaccounted(this.before, order, hole);
    if (numbers.length === 0) return;
    this.lost += countNumbers(numbers);
    this.losses = addLoss(this.losses, 0, damageLoss(epoch, numbers, from, to));
  }
}

export async function recount(level: Level, before: Ledger): Promise<Recounted> {
  const count = new Recount(before);
  for (let from: Buffer | undefined = RECORD_RANGE.gte; from !== undefined; ) {
    const slice = await readSlice(level, from, SLICE);
    for (const found of slice.found) count.note(found);
    from = slice.next;
  }
  const ledger = count.finish();
  return { ledger, damaged: count.damaged, lastTo: count.lastTo };
}
