/**
 * Which record goes out next, and what happens when it is, or is not, acknowledged.
 */
import type { Ack } from '../../protocol/messages/ack.ts';
import { decodeBatch } from '../../protocol/messages/batch.ts';
import { dictionaryId } from '../../protocol/messages/schema.ts';
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
  /** The machine is short of something: the backlog leaves one record after the other. */
  readonly slow?: () => boolean;
}

/** Overdue records are looked for at most this often. */
const WATCH_MS = 250;

export class Sender {
  private readonly deps: SenderDeps;
  private readonly inflight: Inflight;
  /** Dictionaries sent in this connection, with the time when one was last asked for. */
  private readonly announced = new Map<string, number>();
  private up = false;
  private cursor: Position | undefined;
  /** Rises when the backlog is read from its beginning again. */
  private round = 0;
  /** Nothing behind the cursor waits. */
  private drained = true;
  private draining = false;
  private probes = 0;
  private probeCursor: Position | undefined;
  private watch: Cancel | undefined;
  private checking = false;
  private readonly counts = { sentMessages: 0, sentBytes: 0, acknowledged: 0, resent: 0 };

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
      lastRoundTripMs: this.inflight.roundTripMs,
    };
  }

  /** The link is up; the dictionary `schema` was just announced. */
  connected(schema: string | undefined): void {
    this.up = true;
    this.probes = 0;
    this.announced.clear();
    if (schema !== undefined) this.announced.set(schema, Number.NEGATIVE_INFINITY);
    this.rewind();
  }

  disconnected(): void {
    this.up = false;
    this.inflight.clear();
    this.stopWatch();
  }

  /** A new record is in the buffer. */
  recorded(record: StoredRecord, live: boolean): void {
    if (live && this.up) this.send(record, true);
    else this.drained = false;
    this.drain();
  }

  /** Reads the backlog from its beginning: the link is new, or the clock is set. */
  rewind(): void {
    this.round++;
    this.cursor = undefined;
    this.drained = false;
    this.drain();
  }

  async acknowledge({ epoch, ranges }: Ack): Promise<void> {
    const wasStalled = this.inflight.state === 'stalled';
    const removed = this.inflight.acknowledge(epoch, ranges, this.deps.clock.mono());
    this.counts.acknowledged += removed;
    if (removed > 0) this.probes = 0;
    try {
      if (ranges.length > 0) await this.deps.buffer.acknowledge(epoch, ranges);
    } finally {
      if (wasStalled && removed > 0) this.reopen();
      if (this.inflight.size === 0) this.stopWatch();
      this.drain();
    }
  }

  /** What was in flight before a stall may never have arrived: begin again from the oldest. */
  private reopen(): void {
    this.deps.log.info('the collector acknowledges again');
    this.inflight.clear();
    this.stopWatch();
    this.rewind();
  }

  /**
   * A dictionary that the collector asked for, unretained, and behind it the batches that need it.
   * Each of those batches asks, so one answer has to do for a while.
   */
  async sendDictionary(id: string): Promise<void> {
    const { buffer, clock, limits, log } = this.deps;
    const before = this.announced.get(id) ?? Number.NEGATIVE_INFINITY;
    if (clock.mono() - before < limits.ackTimeoutMs) return;
    this.announced.set(id, clock.mono());
    const bytes = await buffer.dictionary(id);
    if (bytes === undefined || dictionaryId(bytes) !== id) {
      log.warn('the collector asks for a dictionary that is not there', { id });
      return;
    }
    this.publish('schema', undefined, bytes);
    for (const position of this.inflight.positions())
      await this.sendAgain(position, (record) => schemaOf(record) === id);
  }

  private drain(): void {
    if (!this.up || this.draining || this.drained) return;
    this.draining = true;
    void this.drainAll()
      .catch((error: unknown) => {
        this.drained = false;
        this.deps.log.warn('could not read the backlog', { error: String(error) });
        return true;
      })
      .then((failed) => {
        this.draining = false;
        // Something may have come between the end of the loop and now.
        if (failed !== true && this.backlogRoom() > 0) this.drain();
      });
  }

  private async drainAll(): Promise<void> {
    while (this.up && !this.drained && this.backlogRoom() > 0) {
      const { round } = this;
      // Until something new is recorded, which may happen while this reads.
      this.drained = true;
      const records = await this.deps.buffer.take(this.cursor, {
        records: this.backlogRoom(),
        bytes: this.inflight.roomBytes,
      });
      if (records.length > 0) this.drained = false;
      for (const record of records) {
        if (!this.inflight.has(record)) await this.introduce(record);
        if (!this.up || round !== this.round) break;
        this.cursor = record;
        if (!this.inflight.has(record)) this.send(record, false);
      }
    }
  }

  private backlogRoom(): number {
    const room = this.inflight.room(false);
    return this.deps.slow?.() === true ? Math.min(room, Math.max(0, 1 - this.inflight.size)) : room;
  }

  /** Sends the dictionary that a batch needs, once in a connection. */
  private async introduce(record: StoredRecord): Promise<void> {
    const schema = schemaOf(record);
    if (schema === undefined || this.announced.has(schema)) return;
    this.announced.set(schema, Number.NEGATIVE_INFINITY);
    const bytes = await this.deps.buffer.dictionary(schema);
    if (bytes !== undefined) this.publish('schema', undefined, bytes);
  }

  private send(record: StoredRecord, live: boolean): void {
    const kind = record.kind === 'm' && !live ? 'h' : record.kind;
    const { length } = record.payload;
    this.inflight.add(record, live, length, this.deps.clock.mono(), kind === 'h');
    this.counts.sentMessages++;
    this.counts.sentBytes += length;
    this.publish(kind, record.id, record.payload);
    this.startWatch();
  }

  /** A failed publish needs no answer: it means the connection ended, or the ack will not come. */
  private publish(kind: Kind, id: string | undefined, payload: Uint8Array): void {
    this.deps.publish(kind, id, payload).catch(noop);
  }

  /** One timer, for the moment when the oldest record has waited too long. */
  private startWatch(): void {
    if (this.watch !== undefined || this.checking) return;
    const { clock, limits, log, random } = this.deps;
    const due = this.inflight.dueAt();
    if (!this.up || due === undefined) return;
    const stalled = this.inflight.state === 'stalled';
    const delay = stalled
      ? backoffMs(this.probes++, limits.backoff, random())
      : Math.max(due - clock.mono(), WATCH_MS);
    this.watch = clock.after(delay, () => {
      this.watch = undefined;
      this.checking = true;
      this.check()
        .catch((error: unknown) => log.warn('could not send again', { error: String(error) }))
        .finally(() => {
          this.checking = false;
          this.startWatch();
        });
    });
  }

  private stopWatch(): void {
    this.watch?.();
    this.watch = undefined;
  }

  private async check(): Promise<void> {
    const { clock, log } = this.deps;
    if (this.inflight.state === 'stalled') return this.probe();
    if (this.inflight.stalls(clock.mono())) {
      log.warn('the collector does not acknowledge; buffering', { inFlight: this.inflight.size });
      this.probeCursor = undefined;
      return;
    }
    const { again, giveUp } = this.inflight.overdue(clock.mono());
    for (const position of again) await this.sendAgain(position);
    for (const position of giveUp) await this.giveUp(position);
  }

  /**
   * One record, to see whether the collector is back: each time the next one, so that a record
   * that it will never take does not keep the window closed.
   */
  private async probe(): Promise<void> {
    const { buffer } = this.deps;
    const limit = { records: 1, bytes: 1 };
    const [next] = await buffer.take(this.probeCursor, limit);
    const record = next ?? (await buffer.take(undefined, limit))[0];
    if (!this.up || this.inflight.state !== 'stalled') return;
    // All that was on its way is gone from the buffer, too old for a full one.
    if (record === undefined) return this.inflight.clear();
    this.probeCursor = record;
    this.counts.resent++;
    this.send(record, false);
  }

  private async sendAgain(
    position: Position,
    wanted: (record: StoredRecord) => boolean = () => true,
  ): Promise<void> {
    const record = await this.deps.buffer.get(position);
    if (!this.up || !this.inflight.has(position)) return;
    if (record === undefined) return this.inflight.remove(position);
    if (!wanted(record)) return;
    this.counts.resent++;
    this.send(record, this.inflight.isLive(position));
  }

  private async giveUp(position: Position): Promise<void> {
    const record = await this.deps.buffer.get(position);
    // Also when that fails: it stays in the buffer, for the next connection.
    this.inflight.remove(position);
    if (record !== undefined) await this.deps.gaveUp(record);
  }
}

/** The dictionary that a batch names. */
function schemaOf(record: StoredRecord): string | undefined {
  if (record.kind !== 'm') return undefined;
  const batch = decodeBatch(record.payload);
  return batch.ok ? batch.value.schema : undefined;
}

function noop(): void {
  // See `publish`.
}
