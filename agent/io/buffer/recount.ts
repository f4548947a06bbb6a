/** After damage nothing that was written about the records is believed: they are counted again. */
import { addRange, type NumberSet } from '../../core/number-set.ts';
import { addLoss, type Loss } from '../../core/retention.ts';
import { comparePlaces, type Place, RECORD_RANGE } from './keys.ts';
import { type EpochEntry, type Ledger, NOWHERE, type Spot, withSince } from './ledger.ts';
import type { Level, Operation } from './level.ts';
import { type Between, countNumbers, damageLoss, type Stretch, unaccounted } from './missing.ts';
import type { RecordValue } from './record-codec.ts';
import { type Found, readSlice } from './scan.ts';

const SLICE = 1_000;
/** Written again at once: more are found unseen at the next look. */
const REWRITTEN_BYTES = 262_144;

export interface Recounted {
  readonly ledger: Ledger;
  /**
   * Deletes records that failed their checksum, and writes those again that are found by going
   * through all and not when they are sought: the block that they lie in is damaged.
   */
  readonly mending: readonly Operation[];
  /** Time of the newest sample. */
  readonly lastTo: number | undefined;
  /** Since when records may be missing of which nobody knows: the ledger is gone, or an earlier one. */
  readonly lostSince: number | undefined;
}

export interface RecountOptions {
  /** When the folder was made, UTC milliseconds. */
  readonly born: number;
  /** So many losses the caller has seen: they grow no more. */
  readonly open: number;
  /** Where records were sought and not found, though they should be there. */
  readonly unseen: readonly Stretch[];
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
  /** Time of the newest sample of its first record, if it is known. */
  readonly firstTo: number | undefined;
  /** Time of its newest sample, if it is known. */
  readonly lastTo: number | undefined;
}

class Recount {
  records = 0;
  bytes = 0;
  lastTo: number | undefined;
  losses: readonly Loss[];
  lost = 0;
  readonly mending: Operation[] = [];
  private rewritten = 0;
  private unsetFrom: Spot | undefined;
  private oldest: RecordValue | undefined;
  private readonly walks = new Map<number, Walk>();
  private readonly before: Ledger;
  private readonly options: RecountOptions;

  constructor(before: Ledger, options: RecountOptions) {
    this.before = before;
    this.options = options;
    this.losses = before.losses;
  }

  note({ place, key, value, bytes, record }: Found): void {
    if (record === undefined) {
      this.mending.push({ type: 'del', key });
      return;
    }
    if (this.isUnseen(place)) {
      this.mending.push({ type: 'put', key, value });
      this.rewritten += bytes;
    }
    const { order, epoch, number } = place;
    this.oldest ??= record;
    const walk = this.walks.get(order);
    const range = { first: (walk?.last ?? 0) + 1, last: number - 1 };
    const isHole = range.first <= range.last;
    const numbers = isHole ? unaccounted(this.before, order, range) : [];
    // Where the clock was unset the time is a guess, which is made good later.
    const to = record.clockUnset ? undefined : record.to;
    const hole = { numbers, after: walk?.lastTo, before: to };
    const isBatch = record.kind === 'm';
    // An event may be told before samples that are older: it says nothing of them.
    const isBound = isBatch && !record.clockUnset;
    this.walks.set(order, {
      epoch,
      low: walk?.low ?? number,
      last: number,
      gone: walk === undefined ? [] : isHole ? addRange(walk.gone, range) : walk.gone,
      holes: numbers.length === 0 ? (walk?.holes ?? []) : [...(walk?.holes ?? []), hole],
      firstTo: walk === undefined ? to : walk.firstTo,
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
    const { epochs, lastTo } = this.before;
    const { born } = this.options;
    if (epochs.length > 0) return this.isAhead() ? (lastTo ?? born) : undefined;
    const { oldest } = this;
    // Nothing else was held when it was written, so nothing before it can be missing.
    const isFirst = oldest?.kind === 'm' && !oldest.clockUnset && oldest.tally.records === 0;
    return isFirst ? oldest.from : born;
  }

  /** Records are found of which the ledger does not know: it is an earlier one. */
  private isAhead(): boolean {
    const nextOf = new Map(this.before.epochs.map(({ order, next }) => [order, next]));
    return [...this.walks].some(([order, { last }]) => last >= (nextOf.get(order) ?? 0));
  }

  private isUnseen(place: Place): boolean {
    if (this.rewritten >= REWRITTEN_BYTES) return false;
    return this.options.unseen.some(
      ({ after, before }) => comparePlaces(after, place) < 0 && comparePlaces(place, before) < 0,
    );
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

  /** Time of the first record that is left of those epochs: late samples of before may be in it. */
  private firstOf(orders: readonly number[]): number | undefined {
    const next = orders.find((order) => this.walks.has(order));
    return next === undefined ? undefined : this.walks.get(next)?.firstTo;
  }

  private miss(epoch: string, { numbers, ...between }: Hole): void {
    if (numbers.length === 0) return;
    this.lost += countNumbers(numbers);
    const loss = damageLoss(epoch, numbers, between, this.options.born);
    this.losses = addLoss(this.losses, this.options.open, loss);
  }
}

export async function recount(
  level: Level,
  before: Ledger,
  options: RecountOptions,
): Promise<Recounted> {
  const count = new Recount(before, options);
  for (let from: Buffer | undefined = RECORD_RANGE.gte; from !== undefined; ) {
    const slice = await readSlice(level, from, SLICE);
    for (const found of slice.found) count.note(found);
    from = slice.next;
  }
  const ledger = count.finish();
  const { lastTo, lostSince, mending } = count;
  return { ledger, mending, lastTo, lostSince };
}
