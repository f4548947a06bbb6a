/** After damage nothing that was written about the records is believed: they are counted again. */
import { addRange, type NumberSet } from '../../core/number-set.ts';
import { addLoss, type Loss } from '../../core/retention.ts';
import { RECORD_RANGE } from './keys.ts';
import { type EpochEntry, type Ledger, NOWHERE, type Spot, withSince } from './ledger.ts';
import type { Level } from './level.ts';
import { type Between, countNumbers, damageLoss, unaccounted } from './missing.ts';
import type { RecordValue } from './record-codec.ts';
import { type Found, readSlice } from './scan.ts';

const SLICE = 1_000;

export interface Recounted {
  readonly ledger: Ledger;
  /** Keys of records that failed their checksum, to be deleted. */
  readonly damaged: readonly Buffer[];
  /** Time of the newest sample. */
  readonly lastTo: number | undefined;
  /** Since when epochs may be missing of which nobody knows: the ledger, which names them, is gone. */
  readonly lostSince: number | undefined;
}

/** Numbers of which nothing was found, and nobody ever gave them up. */
interface Hole extends Between {
  readonly numbers: NumberSet;
}

/** What is found of one epoch: `last` is the newest number so far, `gone` the holes before it. */
interface Walk {
  readonly epoch: string;
  readonly low: number;
  readonly last: number;
  readonly gone: NumberSet;
  readonly holes: readonly Hole[];
  /** Time of its first record, if it is known. */
  readonly from: number | undefined;
  /** Time of its newest sample, if it is known. */
  readonly lastTo: number | undefined;
}

class Recount {
  records = 0;
  bytes = 0;
  lastTo: number | undefined;
  losses: readonly Loss[];
  lost = 0;
  readonly damaged: Buffer[] = [];
  private unsetFrom: Spot | undefined;
  private oldest: RecordValue | undefined;
  private readonly walks = new Map<number, Walk>();
  private readonly before: Ledger;
  private readonly born: number;

  constructor(before: Ledger, born: number) {
    this.before = before;
    this.born = born;
    this.losses = before.losses;
  }

  note({ place, key, bytes, record }: Found): void {
    if (record === undefined) {
      this.damaged.push(key);
      return;
    }
    const { order, epoch, number } = place;
    this.oldest ??= record;
    const walk = this.walks.get(order);
    const range = { first: (walk?.last ?? 0) + 1, last: number - 1 };
    const isHole = range.first <= range.last;
    const numbers = isHole ? unaccounted(this.before, order, range) : [];
    // Where the clock was unset the time is a guess, which is made good later.
    const from = record.clockUnset ? undefined : record.from;
    const hole = { numbers, after: walk?.lastTo, before: from };
    const isBatch = record.kind === 'm';
    // An event may be told before samples that are older: it says nothing of them.
    const isBound = isBatch && !record.clockUnset;
    this.walks.set(order, {
      epoch,
      low: walk?.low ?? number,
      last: number,
      gone: walk === undefined ? [] : isHole ? addRange(walk.gone, range) : walk.gone,
      holes: numbers.length === 0 ? (walk?.holes ?? []) : [...(walk?.holes ?? []), hole],
      from: walk === undefined ? from : walk.from,
      lastTo: isBound ? record.to : walk?.lastTo,
    });
    this.records++;
    this.bytes += bytes;
    if (isBatch) this.lastTo = record.to;
    if (record.clockUnset) this.unsetFrom ??= { order, number };
  }

  finish(): Ledger {
    const { before } = this;
    const known = before.epochs.map((one) => one.order);
    const orders = [...new Set([...known, ...this.walks.keys()])].sort((a, b) => a - b);
    const epochs = orders.map((order, i) => this.finishEpoch(order, orders.slice(i + 1)));
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

  get lostSince(): number | undefined {
    if (this.before.epochs.length > 0) return undefined;
    const { oldest, born } = this;
    // Nothing else was held when it was written, so nothing before it can be missing.
    const isFirst = oldest?.kind === 'm' && oldest.tally.records === 0;
    return isFirst ? oldest.from : born;
  }

  private finishEpoch(order: number, later: readonly number[]): EpochEntry {
    const old = this.before.epochs.find((one) => one.order === order);
    const walk = this.walks.get(order);
    const epoch = walk?.epoch ?? (old as EpochEntry).epoch;
    const next = Math.max(old?.next ?? 1, (walk?.last ?? 0) + 1);
    const range = { first: (walk?.last ?? 0) + 1, last: next - 1 };
    const isCut = range.first <= range.last;
    const numbers = isCut ? unaccounted(this.before, order, range) : [];
    const tail = { numbers, after: walk?.lastTo, before: this.firstOf(later) };
    for (const hole of [...(walk?.holes ?? []), tail]) {
      this.miss(epoch, { ...hole, after: hole.after ?? old?.since });
    }
    const gone = walk === undefined ? [] : isCut ? addRange(walk.gone, range) : walk.gone;
    return withSince({ order, epoch, low: walk?.low ?? next, next, gone }, old?.since);
  }

  /** Time of the first record that is left of those epochs. */
  private firstOf(orders: readonly number[]): number | undefined {
    const next = orders.find((order) => this.walks.has(order));
    return next === undefined ? undefined : this.walks.get(next)?.from;
  }

  private miss(epoch: string, { numbers, ...between }: Hole): void {
    if (numbers.length === 0) return;
    this.lost += countNumbers(numbers);
    const loss = damageLoss(epoch, numbers, between, this.born);
    this.losses = addLoss(this.losses, 0, loss);
  }
}

export async function recount(level: Level, before: Ledger, born: number): Promise<Recounted> {
  const count = new Recount(before, born);
  for (let from: Buffer | undefined = RECORD_RANGE.gte; from !== undefined; ) {
    const slice = await readSlice(level, from, SLICE);
    for (const found of slice.found) count.note(found);
    from = slice.next;
  }
  const ledger = count.finish();
  const { damaged, lastTo, lostSince } = count;
  return { ledger, damaged, lastTo, lostSince };
}
