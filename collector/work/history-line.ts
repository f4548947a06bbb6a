/**
 * Where history (`h`) waits while everything else goes past it.
 *
 * It is handled in slices, each so small that live data hardly notices it, and the next one begins
 * when the last is durable: neither a turn of the loop nor a group of the journal is ever long
 * because of history. Between two slices it rests, for long while anything live comes. First come,
 * first served, so that the order of each device holds.
 */
import type { Cancel, Clock, RightOfWay } from '../ports.ts';

/** One slice, about a millisecond of work: messages, and bytes that they hold when decoded. */
const SLICE_MESSAGES = 16;
const SLICE_BYTES = 128 * 1024;
/** What a slice took beyond this was the disk, which nobody needs a rest from. */
const LONGEST_WORK_MS = 2.5;
/** The rest after a slice, in times of what it took (docs/decisions/0032). */
const REST = { short: 1, long: 16 };
/** A disk that takes longer than this gets more than one slice at a time. */
const PATIENCE_MS = 10;
/** What comes on top of this waits with its PUBACK until it was handled. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;
/** With more than this the rest is short: held back PUBACKs of history hold back what is live, too, behind another broker. */
const MANY_BYTES = MAX_WAITING_BYTES / 2;
/** What a message takes in memory beside its payload. */
const OVERHEAD_BYTES = 256;

interface Sized {
  readonly payload: Uint8Array;
}

interface Place<Message> {
  readonly message: Message;
  /** Lets its PUBACK go, if that waits. */
  release: (() => void) | undefined;
}

export interface HistoryLineDeps<Message> {
  readonly clock: Clock;
  readonly rightOfWay: RightOfWay;
  /** Never throws. What it puts on its way to the disk is told by `begun` and `ended`. */
  readonly handle: (message: Message) => void;
  /** Whether there is no room between receipt and disk. */
  readonly full: () => boolean;
  /** Nothing waits any more. */
  readonly empty: () => void;
}

export class HistoryLine<Message extends Sized> {
  private readonly deps: HistoryLineDeps<Message>;
  private readonly waiting: Place<Message>[] = [];
  private waitingBytes = 0;
  /** Of the slice: what it has taken, and whether the turn of the loop that took it is over. */
  private messages = 0;
  private bytes = 0;
  private stage: 'none' | 'begun' | 'handled' = 'none';
  private begunAt = 0;
  /** Messages between receipt and disk, of all slices. */
  private underWay = 0;
  private timer: Cancel | undefined;

  constructor(deps: HistoryLineDeps<Message>) {
    this.deps = deps;
  }

  get length(): number {
    return this.waiting.length;
  }

  /** A promise means: wait with the PUBACK, too much waits here. */
  take(message: Message): Promise<void> | undefined {
    this.begin();
    if (this.waiting.length === 0 && this.hasRoom()) {
      this.serve(message);
      return undefined;
    }
    const place: Place<Message> = { message, release: undefined };
    this.waiting.push(place);
    this.waitingBytes += sizeOf(message);
    if (this.waitingBytes <= MAX_WAITING_BYTES) return undefined;
    return new Promise((resolve) => {
      place.release = resolve;
    });
  }

  /** A message of history is on its way to the disk, and holds so many bytes. */
  begun(bytes: number): void {
    this.underWay++;
    this.bytes += bytes;
  }

  /** One is durable and acknowledged, or refused. */
  ended(): void {
    this.underWay--;
    if (this.stage === 'handled') this.goOn();
  }

  private hasRoom(): boolean {
    return this.messages < SLICE_MESSAGES && this.bytes < SLICE_BYTES && !this.deps.full();
  }

  private serve(message: Message): void {
    this.messages++;
    this.deps.handle(message);
  }

  private begin(): void {
    if (this.stage !== 'none') return;
    this.stage = 'begun';
    this.begunAt = this.deps.clock.mono();
    setImmediate(() => {
      this.stage = 'handled';
      this.goOn();
    });
  }

  private goOn(): void {
    const { clock, full } = this.deps;
    if (this.underWay === 0 && !full()) this.rest();
    else this.timer ??= clock.after(PATIENCE_MS, () => this.next());
  }

  private rest(): void {
    const { clock } = this.deps;
    const took = Math.min(clock.mono() - this.begunAt, LONGEST_WORK_MS);
    if (took <= 0 || this.waiting.length === 0) return this.next();
    this.timer?.();
    this.stage = 'begun';
    this.timer = clock.after(took * this.restFactor(), () => this.next());
  }

  private restFactor(): number {
    const isLong = this.waitingBytes <= MANY_BYTES && this.deps.rightOfWay.inUse();
    return isLong ? REST.long : REST.short;
  }

  /** Never in the turn in which the slice before became durable: that has work of its own. */
  private next(): void {
    this.timer?.();
    this.timer = undefined;
    this.stage = 'begun';
    setImmediate(() => this.afterLive());
  }

  private afterLive(): void {
    const way = this.deps.rightOfWay.given();
    if (way === undefined) this.slice();
    else void way.then(() => this.slice());
  }

  private slice(): void {
    this.stage = 'none';
    this.messages = 0;
    this.bytes = 0;
    if (this.waiting.length === 0) return;
    this.begin();
    let served = 0;
    for (const { message, release } of this.waiting) {
      if (!this.hasRoom()) break;
      served++;
      this.waitingBytes -= sizeOf(message);
      this.serve(message);
      release?.();
    }
    this.waiting.splice(0, served);
    if (this.waiting.length === 0) this.deps.empty();
  }
}

function sizeOf({ payload }: Sized): number {
  return payload.length + OVERHEAD_BYTES;
}
