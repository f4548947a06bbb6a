/**
 * Which record goes out next, and what happens when it is, or is not, acknowledged.
 */
import type { Ack } from '../../protocol/messages/ack.ts';
import { decodeBatch } from '../../protocol/messages/batch.ts';
import type { Kind } from '../../protocol/topics.ts';
import { type BackoffLimits, backoffMs } from '../core/backoff.ts';
import { Inflight, type InflightLimits } from '../core/inflight.ts';
import type { Cancel, Clock, Log, Position, RecordBuffer, StoredRecord } from '../ports.ts';

export interface SenderDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly buffer: RecordBuffer;
  readonly limits: InflightLimits & { readonly backoff: BackoffLimits };
  /** Resolves at PUBACK. */
  readonly publish: (kind: Kind, id: string | undefined, payload: Uint8Array) => Promise<void>;
  readonly gaveUp: (record: StoredRecord) => Promise<void>;
}

/** How often overdue records are looked for while some are in flight. */
const WATCH_MS = 1_000;
/** Bytes of backlog read from the disk at a time. */
const READ_BYTES = 256 * 1024;

export class Sender {
  private readonly deps: SenderDeps;
  private readonly inflight: Inflight;
  private readonly announced = new Set<string>();
  private up = false;
  private cursor: Position | undefined;
  /** Nothing behind the cursor waits. */
  private drained = true;
  private draining = false;
  private probes = 0;
  private watch: Cancel = noop;
  private watching = false;
  private counts = {
    sentMessages: 0,
    sentBytes: 0,
    acknowledged: 0,
    resent: 0,
    lastRoundTripMs: 0,
  };

  constructor(deps: SenderDeps) {
    this.deps = deps;
    this.inflight = new Inflight(deps.limits);
  }

  /** Whether a record made now would go out at once. */
  get live(): boolean {
    return this.up && this.inflight.room(true) > 0;
  }

  stats() {
    return {
      ...this.counts,
      inFlight: this.inflight.size,
      stalled: this.inflight.state === 'stalled',
    };
  }

  connected(): void {
    this.up = true;
    this.announced.clear();
    this.rewind();
  }

  disconnected(): void {
    this.up = false;
    this.inflight.clear();
    this.stopWatch();
  }

  stop(): void {
    this.disconnected();
  }

  /** A new record is in the buffer. */
  recorded(record: StoredRecord, live: boolean): void {
    if (live && this.up) this.send(record, record.kind, true);
    else this.drained = false;
    this.drain();
  }

  /** The clock is set: records that had to wait for it may go now. */
  rewind(): void {
    this.cursor = undefined;
    this.drained = false;
    this.drain();
  }

  async acknowledge({ epoch, ranges }: Ack): Promise<void> {
    const now = this.deps.clock.mono();
    const wasStalled = this.inflight.state === 'stalled';
    const removed = this.inflight.acknowledge(epoch, ranges, now);
    this.counts.acknowledged += removed;
    if (ranges.length > 0) await this.deps.buffer.acknowledge(epoch, ranges);
    if (removed > 0) this.probes = 0;
    if (wasStalled && removed > 0) {
      // What was in flight before the stall may never have arrived: begin again from the oldest.
      this.inflight.clear();
      this.rewind();
    }
    this.drain();
  }

  /** A dictionary that the collector asked for, unretained; overdue records go out again behind it. */
  async sendDictionary(id: string): Promise<void> {
    const bytes = await this.deps.buffer.dictionary(id);
    if (bytes === undefined) return;
    this.announced.add(id);
    await this.deps.publish('schema', undefined, bytes);
    this.inflight.expedite(this.deps.clock.mono());
  }

  private drain(): void {
    if (!this.up || this.draining || this.drained) return;
    this.draining = true;
    this.drainAll()
      .catch((error: unknown) =>
        this.deps.log.warn('could not read the backlog', { error: String(error) }),
      )
      .finally(() => {
        this.draining = false;
      });
  }

  private async drainAll(): Promise<void> {
    for (;;) {
      const room = this.inflight.room(false);
      if (!this.up || room === 0) return;
      const records = await this.deps.buffer.take(this.cursor, {
        records: room,
        bytes: READ_BYTES,
      });
      if (records.length === 0) {
        this.drained = true;
        return;
      }
      for (const record of records) {
        if (!this.up) return;
        this.cursor = record;
        if (record.clockUnset) {
          this.drained = true;
          return;
        }
        if (this.inflight.has(record)) continue;
        await this.sendBacklog(record);
      }
    }
  }

  private async sendBacklog(record: StoredRecord): Promise<void> {
    if (record.kind === 'm') await this.introduce(record);
    this.send(record, backlogKind(record), false);
  }

  /** Sends the dictionary that a batch needs, once in a connection. */
  private async introduce(record: StoredRecord): Promise<void> {
    const batch = decodeBatch(record.payload);
    if (!batch.ok || this.announced.has(batch.value.schema)) return;
    this.announced.add(batch.value.schema);
    const bytes = await this.deps.buffer.dictionary(batch.value.schema);
    if (bytes !== undefined && this.up) this.publish('schema', undefined, bytes);
  }

  private send(record: StoredRecord, kind: Kind, live: boolean): void {
    this.inflight.add(record, live, this.deps.clock.mono());
    this.counts.sentMessages++;
    this.counts.sentBytes += record.payload.length;
    this.publish(kind, record.id, record.payload);
    this.startWatch(WATCH_MS);
  }

  /** A failed publish needs no answer: it means the connection ended, or the ack will not come. */
  private publish(kind: Kind, id: string | undefined, payload: Uint8Array): void {
    this.deps.publish(kind, id, payload).catch(noop);
  }

  private startWatch(delayMs: number): void {
    if (this.watching) return;
    this.watching = true;
    this.watch = this.deps.clock.after(delayMs, () => {
      this.watching = false;
      this.check().catch((error: unknown) =>
        this.deps.log.warn('could not send again', { error: String(error) }),
      );
    });
  }

  private stopWatch(): void {
    this.watch();
    this.watching = false;
  }

  private async check(): Promise<void> {
    if (!this.up || this.inflight.size === 0) return;
    const { clock, log, limits, random } = this.deps;
    if (this.inflight.stalls(clock.mono())) {
      log.warn('the collector does not acknowledge; buffering', { inFlight: this.inflight.size });
      return this.startWatch(backoffMs(this.probes++, limits.backoff, random()));
    }
    if (this.inflight.state === 'stalled') {
      const oldest = this.inflight.oldest();
      if (oldest !== undefined) await this.sendAgain(oldest);
      return this.startWatch(backoffMs(this.probes++, limits.backoff, random()));
    }
    const { again, giveUp } = this.inflight.overdue(clock.mono());
    for (const position of again) await this.sendAgain(position);
    for (const position of giveUp) await this.giveUp(position);
    this.startWatch(WATCH_MS);
  }

  private async sendAgain(position: Position): Promise<void> {
    const live = this.inflight.isLive(position);
    const record = await this.deps.buffer.get(position);
    if (record === undefined) return this.inflight.remove(position);
    this.counts.resent++;
    this.send(record, live ? record.kind : backlogKind(record), live);
  }

  private async giveUp(position: Position): Promise<void> {
    const record = await this.deps.buffer.get(position);
    this.inflight.remove(position);
    if (record !== undefined) await this.deps.gaveUp(record);
  }
}

function backlogKind({ kind }: StoredRecord): Kind {
  return kind === 'm' ? 'h' : kind;
}

function noop(): void {
  // See `publish`.
}
