/**
 * From a message on the bus to durable, stored and acknowledged.
 *
 * A numbered message is looked at (repeat? readable? dictionary known?), journalled with its
 * neighbours in one synced write, applied to the store, and only then acknowledged. What is not
 * acknowledged stays in the device's buffer, so every "no" here loses nothing.
 */
import { KINDS, type Kind, parseTopic } from '../../protocol/topics.ts';
import { type Device, heard } from '../core/device.ts';
import { raise } from '../core/problems.ts';
import type { BusMessage, JournalEntry } from '../ports.ts';
import type { DeferReason } from './counts.ts';
import { HistoryLine } from './history-line.ts';
import { handleBatch, replayBatch } from './ingest-batch.ts';
import type { Arrival, IngestDeps, IngestDesk, Outcome } from './ingest-desk.ts';
import { handleEvent, replayEvent } from './ingest-event.ts';
import { handleReport, handleResult, replayReport, replayResult } from './ingest-report.ts';
import { handleSchema, handleState, replaySchema, replayState } from './ingest-retained.ts';
import { handleSelf, replaySelf } from './ingest-self.ts';
import { UnderWay } from './under-way.ts';

/** Bytes, decoded ones too, between receipt and disk; above, publishers wait for their PUBACK. */
const MAX_PENDING_BYTES = 32 * 1024 * 1024;
/** A device that answers no `need` is not asked at each of its messages. */
const ASK_MS = 60_000;

type ByKind<Handler> = Readonly<Partial<Record<Kind, Handler>>>;

/** Kinds that are not here stay unacknowledged with the device when they are numbered. */
const HANDLE: ByKind<(ingest: IngestDesk, arrival: Arrival) => void> = {
  m: handleBatch,
  h: handleBatch,
  state: handleState,
  schema: handleSchema,
  event: handleEvent,
  health: handleSelf,
  reported: handleSelf,
  report: handleReport,
  res: handleResult,
};

const REPLAY: ByKind<(ingest: IngestDesk, arrival: Arrival, seq: number) => void> = {
  m: replayBatch,
  h: replayBatch,
  state: replayState,
  schema: replaySchema,
  event: replayEvent,
  health: replaySelf,
  reported: replaySelf,
  report: replayReport,
  res: replayResult,
};

export class Ingest implements IngestDesk {
  readonly deps: IngestDeps;
  private pendingBytes = 0;
  private pendingMessages = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly idle: (() => void)[] = [];
  private readonly asked = new WeakMap<Device, number>();
  private readonly history: HistoryLine<Arrival>;

  constructor(deps: IngestDeps) {
    this.deps = deps;
    this.history = new HistoryLine({
      clock: deps.clock,
      rightOfWay: deps.rightOfWay,
      handle: (arrival) => this.handleLater(arrival),
      full: () => this.pendingBytes >= MAX_PENDING_BYTES || deps.store.busy(),
      empty: () => this.tellIdle(),
    });
  }

  /** Never rejects. A promise means: wait with the PUBACK, too much is on its way to the disk. */
  receive(message: BusMessage): Promise<void> | undefined {
    const { counts } = this.deps;
    counts.messages++;
    counts.bytes += message.payload.length;
    try {
      const arrival = this.arrival(message);
      if (arrival !== undefined) this.greet(arrival);
      if (arrival?.kind === 'h') return this.history.take(arrival);
      if (arrival !== undefined) this.handle(arrival);
    } catch (error) {
      this.failed(message.topic, error);
    }
    return this.pendingBytes < MAX_PENDING_BYTES ? undefined : this.relief();
  }

  /** When nothing waits and nothing is on its way to the disk. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.idle.push(resolve);
      this.tellIdle();
    });
  }

  /** An entry of the journal after a restart: applied again, acknowledged to nobody. */
  replay(entry: JournalEntry & { readonly seq: number }): void {
    const arrival = this.arrival({ ...entry, retained: false }, entry.receivedAt);
    if (arrival === undefined) return;
    const { device, kind, now } = arrival;
    this.deps.directory.touch(device);
    try {
      if (kind !== 'state') heard(device, now);
      REPLAY[kind]?.(this, arrival, entry.seq);
    } catch (error) {
      // One bad entry must not keep the collector from starting.
      this.failed(entry.topic, error);
    }
  }

  store(arrival: Arrival, bytes: number, outcome: Outcome): void {
    this.pendingBytes += bytes;
    this.pendingMessages++;
    if (arrival.kind === 'h') this.history.begun(bytes);
    else this.deps.rightOfWay.enter();
    const one = new UnderWay(this, arrival, bytes, outcome);
    this.deps.journal.submit(one, one);
  }

  durable({ arrival, outcome, bytes }: UnderWay, seq: number): void {
    this.deps.journalHealth.worked();
    try {
      outcome.apply(seq);
    } catch (error) {
      // Not acknowledged: the device sends it again.
      outcome.abandon();
      this.failed(arrival.topic, error);
    }
    // What was applied after a checkpoint had looked must be in the next one.
    this.deps.directory.touch(arrival.device);
    this.release(bytes, arrival.kind === 'h');
  }

  refused({ arrival, outcome, bytes }: UnderWay, error: unknown): void {
    outcome.abandon();
    this.defer('storage');
    this.deps.journalHealth.refused(error);
    this.release(bytes, arrival.kind === 'h');
  }

  defer(reason: DeferReason): void {
    this.deps.counts.deferred[reason]++;
  }

  askForState({ device, site, now }: Arrival, epoch: string): void {
    if (now - (this.asked.get(device) ?? Number.NEGATIVE_INFINITY) < ASK_MS) return;
    this.asked.set(device, now);
    this.deps.acks.needKind({ site, id: device.id }, epoch, 'state');
  }

  setAside({ device, topic, payload, now }: Arrival, error: string): void {
    this.deps.counts.quarantined++;
    raise(device, 'undecodable', now, error);
    this.deps.directory.touch(device);
    this.deps.quarantine
      .put({ topic, payload: Uint8Array.from(payload), receivedAt: now, error })
      .catch((problem: unknown) =>
        this.deps.log.warn('quarantine refused a message', { topic, error: String(problem) }),
      );
  }

  private failed(topic: string, error: unknown): void {
    this.deps.counts.failed++;
    this.deps.log.error('ingest failed', { topic, error: String(error) });
  }

  private arrival(message: BusMessage, at?: number): Arrival | undefined {
    const topic = message.parts ?? parseTopic(message.topic);
    // An empty retained payload is how MQTT deletes; it says nothing about the device.
    const useless =
      topic === undefined || KINDS[topic.kind].from !== 'device' || message.payload.length === 0;
    if (useless) {
      this.deps.counts.ignored++;
      return undefined;
    }
    const now = at ?? Math.round(this.deps.clock.wall());
    const device = this.deps.directory.open(topic.device, topic.site, now);
    if (device === undefined) {
      this.defer('overload');
      return undefined;
    }
    const { payload, retained } = message;
    return {
      device,
      site: topic.site,
      kind: topic.kind,
      id: topic.id ?? '',
      topic: message.topic,
      payload,
      now,
      retained,
    };
  }

  private greet({ device, kind, now, retained }: Arrival): void {
    this.deps.directory.touch(device);
    // A will is the broker's word, not the device's: `state` decides for itself.
    if (!retained && kind !== 'state') heard(device, now);
  }

  private handleLater(arrival: Arrival): void {
    // One that was forgotten meanwhile sends it again, as a new device.
    if (this.deps.directory.get(arrival.device.id) !== arrival.device) return;
    try {
      this.handle(arrival);
    } catch (error) {
      this.failed(arrival.topic, error);
    }
  }

  private handle(arrival: Arrival): void {
    const { kind } = arrival;
    const handler = HANDLE[kind];
    if (handler !== undefined) handler(this, arrival);
    else if (KINDS[kind].sequenced) this.defer('unsupported-kind');
    else this.deps.counts.ignored++;
  }

  private relief(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private release(bytes: number, isHistory: boolean): void {
    this.pendingBytes -= bytes;
    this.pendingMessages--;
    if (isHistory) this.history.ended();
    else this.deps.rightOfWay.leave();
    if (this.waiting.length > 0 && this.pendingBytes < MAX_PENDING_BYTES)
      for (const resume of this.waiting.splice(0)) resume();
    this.tellIdle();
  }

  private tellIdle(): void {
    if (this.pendingMessages > 0 || this.history.length > 0) return;
    for (const resume of this.idle.splice(0)) resume();
  }
}
