/**
 * What was sent and is not acknowledged by the collector yet: the window, and when to worry.
 *
 * PUBACK says that the broker has a message; only the collector's `ack` says that it is durable.
 * While acks stop coming the link may be fine and the collector unable to store: then the window
 * closes, one record at a time is sent again as a probe, and nothing else.
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
  sends: number;
  sentAt: number;
}

export type WindowState = 'open' | 'stalled';

export class Inflight {
  state: WindowState = 'open';
  private readonly sent = new Map<string, Sent>();
  private readonly limits: InflightLimits;
  private progressAt = 0;

  constructor(limits: InflightLimits) {
    this.limits = limits;
  }

  get size(): number {
    return this.sent.size;
  }

  has(position: Numbered): boolean {
    return this.sent.has(keyOf(position));
  }

  /** Free places; a few are kept for live records, so that a backlog never holds them up. */
  room(live: boolean): number {
    if (this.state === 'stalled') return 0;
    const reserved = live ? 0 : Math.min(4, this.limits.window >> 1);
    return Math.max(0, this.limits.window - reserved - this.sent.size);
  }

  add(position: Numbered, live: boolean, now: number): void {
    const known = this.sent.get(keyOf(position));
    if (this.sent.size === 0) this.progressAt = now;
    this.sent.set(keyOf(position), {
      epoch: position.epoch,
      number: position.number,
      live,
      sends: (known?.sends ?? 0) + 1,
      sentAt: now,
    });
  }

  /** Removes what the ranges cover; answers how many records that were. */
  acknowledge(
    epoch: string,
    ranges: readonly { readonly first: number; readonly last: number }[],
    now: number,
  ): number {
    let removed = 0;
    for (const [key, { epoch: own, number }] of this.sent) {
      if (own !== epoch || !ranges.some(({ first, last }) => first <= number && number <= last))
        continue;
      this.sent.delete(key);
      removed++;
    }
    if (removed > 0) {
      this.progressAt = now;
      this.state = 'open';
    }
    return removed;
  }

  /** Whether the window has to close now: records wait, and no ack came for too long. */
  stalls(now: number): boolean {
    if (this.state === 'stalled' || this.sent.size === 0) return false;
    if (now - this.progressAt < this.limits.ackTimeoutMs) return false;
    this.state = 'stalled';
    return true;
  }

  /**
   * Records that were passed by: sent longer than the timeout ago although acks keep coming.
   * They are sent again, or given up after too many times.
   */
  overdue(now: number): {
    readonly again: readonly Numbered[];
    readonly giveUp: readonly Numbered[];
  } {
    const again: Numbered[] = [];
    const giveUp: Numbered[] = [];
    if (this.state === 'stalled') return { again, giveUp };
    for (const sent of this.sent.values()) {
      if (now - sent.sentAt < this.limits.ackTimeoutMs) continue;
      (sent.sends >= this.limits.maxSends ? giveUp : again).push(sent);
    }
    return { again, giveUp };
  }

  /** What was sent before is overdue at once: the collector just got what it lacked. */
  expedite(now: number): void {
    for (const sent of this.sent.values()) {
      if (sent.sentAt > now - this.limits.ackTimeoutMs)
        sent.sentAt = now - this.limits.ackTimeoutMs;
      sent.sends = 0;
    }
  }

  isLive(position: Numbered): boolean {
    return this.sent.get(keyOf(position))?.live ?? false;
  }

  remove(position: Numbered): void {
    this.sent.delete(keyOf(position));
  }

  /** The connection ended: what was in flight is in the buffer and will be sent again. */
  clear(): void {
    this.sent.clear();
    this.state = 'open';
  }

  /** The oldest record: while stalled, it is sent again as a probe. */
  oldest(): Numbered | undefined {
    let oldest: Sent | undefined;
    for (const sent of this.sent.values())
      if (oldest === undefined || sent.sentAt < oldest.sentAt) oldest = sent;
    return oldest;
  }
}

function keyOf({ epoch, number }: Numbered): string {
  return `${epoch}/${number}`;
}
