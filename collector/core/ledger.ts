/**
 * Which numbers of which epochs of one device are durable: what makes delivery exactly once.
 *
 * Only intervals above `low` are kept, so a healthy device costs one interval an epoch. Numbers
 * below `low` are repeats; those that were neither received nor reported lost are a gap.
 */
import type { HeldEpoch } from '../../protocol/messages/state.ts';
import { type Interval, Intervals } from './intervals.ts';

/** Holes in one epoch beyond this make further isolated numbers wait (they are sent again). */
const MAX_INTERVALS = 512;
/** Epochs kept for one device; the longest unheard is forgotten first. */
const MAX_EPOCHS = 64;

export type Verdict =
  | 'new'
  /** Durable already, or below `low`: acknowledge again, store nothing. */
  | 'repeat'
  /** The same number is on its way to the disk. */
  | 'pending'
  /** Too many holes: leave unacknowledged until they close. */
  | 'crowded';

export interface EpochRecord {
  readonly epoch: string;
  readonly low: number;
  readonly intervals: readonly Readonly<Interval>[];
  /** UTC milliseconds, collector's clock. */
  readonly heardAt: number;
  /** Device time where the last batch begins. */
  readonly lastWall: number;
  /** The same when nothing was missing below the last batch: what is missing now is newer. */
  readonly completeWall?: number;
  /** Below it the collector has forgotten what it had: holes there are no gaps. */
  readonly blind?: number;
}

interface Epoch {
  low: number;
  readonly received: Intervals;
  readonly pending: Set<number>;
  heardAt: number;
  lastWall: number;
  completeWall: number;
  blind: number;
}

/** Numbers that will never come and that nobody reported. */
export interface Unreported {
  readonly epoch: string;
  readonly numbers: readonly Interval[];
  /** Device time between which they lay, as far as known. */
  readonly from: number;
  readonly to: number;
}

export class DeviceLedger {
  private readonly epochs = new Map<string, Epoch>();
  private readonly forgetful: boolean;

  /** `forgetful`: the collector lost what it knew, so that epochs may be older than they look. */
  constructor(forgetful = false) {
    this.forgetful = forgetful;
  }

  static restore(records: Iterable<EpochRecord>, forgetful = false): DeviceLedger {
    const ledger = new DeviceLedger(forgetful);
    for (const record of records) {
      const { epoch, low, intervals, heardAt, lastWall, completeWall = 0, blind = 0 } = record;
      const received = Intervals.from(intervals);
      const pending = new Set<number>();
      const walls = { lastWall, completeWall };
      ledger.epochs.set(epoch, { low, received, pending, heardAt, ...walls, blind });
    }
    return ledger;
  }

  records(): EpochRecord[] {
    return Array.from(this.epochs, ([epoch, { low, received, heardAt, blind, ...walls }]) => ({
      epoch,
      low,
      intervals: received.values(),
      heardAt,
      lastWall: walls.lastWall,
      completeWall: walls.completeWall,
      ...(blind > low ? { blind } : {}),
    }));
  }

  judge(epoch: string, number: number): Verdict {
    const known = this.epochs.get(epoch);
    if (known === undefined) return 'new';
    if (number < known.low || known.received.has(number)) return 'repeat';
    if (known.pending.has(number)) return 'pending';
    const crowded = known.received.size >= MAX_INTERVALS && known.received.isolated(number);
    return crowded ? 'crowded' : 'new';
  }

  /** Between the decision to store a number and its being durable. */
  begin(epoch: string, number: number, low: number, now: number): void {
    this.open(epoch, number, low, now).pending.add(number);
  }

  abandon(epoch: string, number: number): void {
    this.epochs.get(epoch)?.pending.delete(number);
  }

  /** The number is durable. Answers what became a gap because `low` rose over it. */
  commit(
    epoch: string,
    number: number,
    low: number,
    wall: number,
    now: number,
  ): Unreported | undefined {
    const known = this.open(epoch, number, low, now);
    known.pending.delete(number);
    if (number >= known.low) known.received.add(number, number);
    const gap = low > known.low ? raise(epoch, known, low, wall) : undefined;
    return gap;
  }

  /**
   * What a device says of its epochs in `state`: below `low` it holds nothing. Answers what became a
   * gap: nobody else may ever tell of an epoch that has ended.
   *
   * A broker may have kept it (`kept`) from long ago. True it is still, but a device that is new
   * here may have delivered much of it elsewhere since.
   */
  hear(held: readonly HeldEpoch[], wall: number, now: number, kept = false): Unreported[] {
    const isFirst = this.epochs.size === 0;
    if (isFirst && kept) return [];
    const anew = isFirst ? [] : this.begunAnew(held, wall);
    const raised = held.flatMap(({ epoch, low, next }) => {
      const known = this.open(epoch, next, low, now, isFirst);
      return low > known.low ? (raise(epoch, known, low, wall) ?? []) : [];
    });
    return [...anew, ...raised];
  }

  /**
   * A device that knows none of the epochs that are known of it lost its buffer, with whatever was in
   * it: nobody can tell how much, so it is a gap since the last that is complete.
   */
  private begunAnew(held: readonly HeldEpoch[], wall: number): Unreported[] {
    const current = held.at(-1);
    if (current === undefined || this.forgetful) return [];
    if (held.some(({ epoch }) => this.epochs.has(epoch))) return [];
    const last = [...this.epochs.values()].at(-1);
    const from = Math.min(last?.completeWall || wall, wall);
    return [{ epoch: current.epoch, numbers: [], from, to: wall }];
  }

  /** An entry of the journal that cannot be read any more: from its number on, a hole is a gap. */
  miss(epoch: string, number: number, low: number, now: number): void {
    this.open(epoch, number, low, now);
  }

  /** A batch that begins at `wall` is durable. Events may be told before samples older than they. */
  sampled(epoch: string, wall: number): void {
    const known = this.epochs.get(epoch);
    if (known === undefined) return;
    known.lastWall = Math.max(known.lastWall, wall);
    if (isComplete(known)) known.completeWall = known.lastWall;
  }

  /** Device time where the newest batch of any epoch begins; 0 when there was none. */
  get newestWall(): number {
    let newest = 0;
    for (const { lastWall } of this.epochs.values()) newest = Math.max(newest, lastWall);
    return newest;
  }

  /** Device time up to which nothing of an epoch can be missing; 0 when nothing is known. */
  completeUntil(epoch: string): number {
    return this.epochs.get(epoch)?.completeWall ?? 0;
  }

  /** Numbers that the device reports as lost need no longer be waited for. */
  excuse(epoch: string, numbers: readonly Readonly<Interval>[]): void {
    const known = this.epochs.get(epoch);
    if (known === undefined) return;
    for (const { first, last } of numbers) {
      if (known.received.size >= MAX_INTERVALS * 2) return;
      if (last >= known.low) known.received.add(Math.max(first, known.low), last);
    }
  }

  /** What of an epoch is durable, from `low` on; empty when nothing is known. */
  durable(epoch: string, low: number): Interval[] {
    const known = this.epochs.get(epoch);
    if (known === undefined) return [];
    return known.received
      .values()
      .filter((interval) => interval.last >= low)
      .map(({ first, last }) => ({ first: Math.max(first, low), last }));
  }

  /** The durable interval around one number, for its acknowledgement. */
  around(epoch: string, number: number): Readonly<Interval> {
    const interval = this.epochs.get(epoch)?.received.around(number);
    return interval ?? { first: number, last: number };
  }

  /**
   * An epoch seen for the first time begins at the device's own `low` when the device is new too:
   * what lies below was another collector's. Of a device that is known it was ours, before we were
   * restored from an older copy: a gap from the last batch that is left.
   */
  private open(
    epoch: string,
    number: number,
    low: number,
    now: number,
    isFirst = this.epochs.size === 0,
  ): Epoch {
    const known = this.epochs.get(epoch);
    if (known !== undefined) {
      known.heardAt = now;
      return known;
    }
    if (this.epochs.size >= MAX_EPOCHS) this.forgetOldest();
    const fresh = {
      low: isFirst || this.forgetful ? low : 1,
      received: new Intervals(),
      pending: new Set<number>(),
      heardAt: now,
      lastWall: this.newestWall,
      completeWall: this.newestWall,
      blind: this.forgetful ? number : 0,
    };
    this.epochs.set(epoch, fresh);
    return fresh;
  }

  private forgetOldest(): void {
    let oldest: string | undefined;
    let at = Number.POSITIVE_INFINITY;
    for (const [epoch, { heardAt, pending }] of this.epochs) {
      if (heardAt < at && pending.size === 0) {
        at = heardAt;
        oldest = epoch;
      }
    }
    if (oldest !== undefined) this.epochs.delete(oldest);
  }
}

function raise(epoch: string, known: Epoch, low: number, wall: number): Unreported | undefined {
  const { received, pending, lastWall, completeWall, blind } = known;
  const from = Math.max(known.low, blind);
  const holes = from < low ? received.holes(from, low - 1) : [];
  const numbers = withoutPending(holes, pending);
  known.low = low;
  received.dropBelow(low);
  if (numbers.length === 0) return undefined;
  return { epoch, numbers, from: completeWall || wall, to: Math.max(wall, lastWall) };
}

/** Live batches come before older ones that waited: only without holes is the newest the last. */
function isComplete({ low, received }: Epoch): boolean {
  const [first, second] = received.values();
  return first !== undefined && second === undefined && first.first <= low;
}

/** A number on its way to the disk is no hole, though `low` already passed it. */
function withoutPending(holes: readonly Interval[], pending: ReadonlySet<number>): Interval[] {
  if (pending.size === 0) return [...holes];
  const covered = Intervals.from([...pending].map((number) => ({ first: number, last: number })));
  return holes.flatMap(({ first, last }) => covered.holes(first, last));
}
