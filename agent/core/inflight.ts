/**
 * What was sent and is not acknowledged by the collector yet: the window, and when to worry.
 *
 * PUBACK says that the broker has a message; only the collector's `ack` says that it is durable.
 * While acks stop coming the link may be fine and the collector unable to store: then the window
 * closes, one record at a time is sent as a probe, and nothing else.
 */

/** A record's name: see `Position` of the ports, which core may not import. */
export interface Numbered {
  readonly epoch: string;
  readonly number: number;
}

export interface InflightLimits {
  readonly window: number;
  /** Without any acknowledgement for this long, the window closes. */
  readonly ackTimeoutMs: number;
  /** After so many sends without an ack, while later records pass, a record is given up. */
  readonly maxSends: number;
}

interface Sent extends Numbered {
  readonly live: boolean;
  /** Samples of the backlog: the collector lets everything else go past them. */
  readonly history: boolean;
  readonly bytes: number;
  /** Rises with each sending: what was sent later and is acknowledged has passed this one. */
  readonly turn: number;
  readonly sentAt: number;
}

export type WindowState = 'open' | 'stalled';

export interface Overdue {
  readonly again: readonly Numbered[];
  readonly giveUp: readonly Numbered[];
}

/** Places that a backlog leaves to live records, so that it never holds them up. */
const LIVE_PLACES = 4;
/**
 * History waits in line behind that of a whole fleet: it is missed after so many times the timeout,
 * or when history that was sent later is acknowledged.
 */
const HISTORY_PATIENCE = 3;
/** Bytes on their way while there is backlog: a live record waits behind no more on a slow link. */
const BACKLOG_BYTES = 128 * 1024;

export class Inflight {
  state: WindowState = 'open';
  /** From sending to the ack, for the last record that got one. */
  roundTripMs = 0;
  private readonly sent = new Map<string, Sent>();
  /** How often a record went out although later ones had passed it; outlives connections. */
  private readonly passes = new Map<string, number>();
  private readonly limits: InflightLimits;
  private bytes = 0;
  private turn = 0;
  /** The latest turn that was acknowledged, and the latest of history. */
  private lastAcked = 0;
  private lastHistoryAcked = 0;
  private progressAt = Number.NEGATIVE_INFINITY;

  constructor(limits: InflightLimits) {
    this.limits = limits;
  }

  get size(): number {
    return this.sent.size;
  }

  has(position: Numbered): boolean {
    return this.sent.has(keyOf(position));
  }

  positions(): readonly Numbered[] {
    return [...this.sent.values()];
  }

  /** Free places; none for a backlog until reading on is worth it. */
  room(live: boolean): number {
    if (this.state === 'stalled') return 0;
    if (!live && !this.ebbed) return 0;
    const kept = live ? 0 : this.livePlaces;
    return Math.max(0, this.limits.window - kept - this.sent.size);
  }

  /** Bytes of backlog that may still go out. */
  get roomBytes(): number {
    return Math.max(0, BACKLOG_BYTES - this.bytes);
  }

  add(position: Numbered, live: boolean, bytes: number, now: number, history = false): void {
    this.drop(position);
    const { epoch, number } = position;
    const turn = ++this.turn;
    const sent = { epoch, number, live, history, bytes, turn, sentAt: now };
    this.sent.set(keyOf(position), sent);
    this.bytes += bytes;
    // Only probes come on top of a full window, one after the other: the first ones are forgotten.
    if (this.sent.size > this.limits.window * 2) this.drop(this.positions()[0] as Numbered);
  }

  /** Removes what the ranges cover; answers how many records that were. */
  acknowledge(
    epoch: string,
    ranges: readonly { readonly first: number; readonly last: number }[],
    now: number,
  ): number {
    let removed = 0;
    for (const sent of [...this.sent.values()]) {
      const { number, turn, history } = sent;
      const covered = ranges.some(({ first, last }) => first <= number && number <= last);
      if (sent.epoch !== epoch || !covered) continue;
      this.remove(sent);
      this.lastAcked = Math.max(this.lastAcked, turn);
      if (history) this.lastHistoryAcked = Math.max(this.lastHistoryAcked, turn);
      this.roundTripMs = Math.round(now - sent.sentAt);
      removed++;
    }
    if (removed > 0) {
      this.progressAt = now;
      this.state = 'open';
    }
    return removed;
  }

  /**
   * Whether the window has to close now: records wait, and no ack came for too long. Those that
   * others have passed say nothing about it: the collector is there, and does not want them.
   */
  stalls(now: number): boolean {
    if (this.state === 'stalled') return false;
    const waiting = [...this.sent.values()].filter((sent) => !this.isPassed(sent));
    const overdue = waiting.some(
      (sent) => now - Math.max(this.progressAt, sent.sentAt) >= this.patienceMs(sent),
    );
    if (overdue) this.state = 'stalled';
    return overdue;
  }

  /** When the next record may have waited too long; `undefined` while none is on its way. */
  dueAt(): number | undefined {
    if (this.sent.size === 0) return undefined;
    const oldest = Math.min(...[...this.sent.values()].map(({ sentAt }) => sentAt));
    // An ack for later history may shorten any record's patience meanwhile.
    return oldest + this.limits.ackTimeoutMs;
  }

  /**
   * Records sent longer than the timeout ago although acks keep coming. They are sent again, or,
   * when later ones passed them too many times, given up.
   */
  overdue(now: number): Overdue {
    const again: Numbered[] = [];
    const giveUp: Numbered[] = [];
    for (const sent of this.sent.values()) {
      if (now - sent.sentAt < this.patienceMs(sent)) continue;
      (this.countPass(sent) < this.limits.maxSends ? again : giveUp).push(sent);
    }
    return { again, giveUp };
  }

  isLive(position: Numbered): boolean {
    return this.sent.get(keyOf(position))?.live ?? false;
  }

  /** The record is gone for good. */
  remove(position: Numbered): void {
    this.drop(position);
    this.passes.delete(keyOf(position));
  }

  /** The connection ended: what was in flight is in the buffer and will be sent again. */
  clear(): void {
    this.sent.clear();
    this.bytes = 0;
    this.state = 'open';
  }

  /**
   * Whether so much of what the backlog may take is free that reading on is worth it. A reading leaves
   * kilobytes behind that only a full collection frees, however few records it brings.
   */
  private get ebbed(): boolean {
    const places = this.limits.window - this.livePlaces;
    return (places - this.sent.size) * 4 >= places && this.roomBytes * 4 >= BACKLOG_BYTES;
  }

  private get livePlaces(): number {
    return Math.min(LIVE_PLACES, this.limits.window >> 1);
  }

  private drop(position: Numbered): void {
    const key = keyOf(position);
    this.bytes -= this.sent.get(key)?.bytes ?? 0;
    this.sent.delete(key);
  }

  private isPassed({ turn }: Sent): boolean {
    return turn < this.lastAcked;
  }

  /** History keeps its order: one that later history has not passed only waits its turn. */
  private patienceMs({ turn, history }: Sent): number {
    const { ackTimeoutMs } = this.limits;
    const waits = history && turn > this.lastHistoryAcked;
    return waits ? ackTimeoutMs * HISTORY_PATIENCE : ackTimeoutMs;
  }

  private countPass(sent: Sent): number {
    if (!this.isPassed(sent)) return 0;
    const key = keyOf(sent);
    const count = (this.passes.get(key) ?? 0) + 1;
    this.passes.set(key, count);
    return count;
  }
}

function keyOf({ epoch, number }: Numbered): string {
  return `${epoch}/${number}`;
}
