/**
 * What the collector asks of the world. `io/` implements these; tests may bring their own.
 */
import type { Block } from '../protocol/messages/batch.ts';
import type { Topic } from '../protocol/topics.ts';
import type { Cardinality } from './core/store/cardinality.ts';
import type {
  Labels,
  Matcher,
  RollupData,
  RollupStep,
  SeriesData,
  SeriesId,
  SeriesMeta,
} from './core/store/model.ts';

export type {
  Labels,
  Matcher,
  RollupData,
  SeriesData,
  SeriesId,
  SeriesMeta,
} from './core/store/model.ts';

/** Time, in milliseconds. */
export interface Clock {
  /** UTC, milliseconds since 1970. */
  wall(): number;
  /** Monotonic, from any origin. */
  mono(): number;
  /** Calls `action` once, `delayMs` from now; the answer cancels it. */
  after(delayMs: number, action: () => void): Cancel;
}

export type Cancel = () => void;

/** Structured log lines; `fields` never carry secrets. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface BusMessage {
  readonly topic: string;
  /** What the topic says, where the broker knows. */
  readonly parts?: Topic;
  readonly payload: Uint8Array;
  /** Delivered from the broker's memory rather than just published. */
  readonly retained: boolean;
}

/**
 * MQTT 3.1.1, embedded (`io/embedded-broker.ts`) or external (`io/external-broker.ts`).
 */
export interface Bus {
  /**
   * Starts listening or connecting; every message on the collector's filters goes to `receive`.
   * A publisher's PUBACK waits for its answer: that is the back-pressure. It must not reject.
   */
  start(receive: (message: BusMessage) => Promise<void> | undefined): Promise<void>;
  /** Resolves when the broker has it (QoS 1: PUBACK). Rejects while an external broker is away. */
  publish(
    topic: string,
    payload: Uint8Array | string,
    options: { qos: 0 | 1; retain: boolean },
  ): Promise<void>;
  /** Whether somebody subscribes to a topic that matches; an external broker answers `undefined`. */
  subscribed(topic: string): boolean | undefined;
  stats(): BusStats;
  close(): Promise<void>;
}

export interface BusStats {
  readonly connected: boolean;
  readonly connections: number;
  readonly receivedMessages: number;
  readonly receivedBytes: number;
  /** Refusals by reason: `topic`, `packet-size`, `rate`, `connections`, ... */
  readonly refused: ReadonlyMap<string, number>;
  /** Connections that took over another's client id: many mean that two machines share one. */
  readonly takeovers?: number;
  /** Addresses that accept connections, e.g. `mqtt://127.0.0.1:1883`. */
  readonly listening: readonly string[];
}

/**
 * The journal of accepted messages: durable before it is acknowledged, replayed after a crash,
 * cut off when what it holds is in the store (`io/segment-journal.ts`).
 */
export interface Journal {
  /**
   * Adds one entry; resolves with its sequence number once it is on disk (synced in groups).
   * Sequence numbers rise by one. Rejects with `JournalError` when the disk refuses; nothing of a
   * rejected group is replayed later, and the next append tries the disk again.
   */
  append(entry: JournalEntry): Promise<number>;
  /**
   * As `append`, and tells `outcome` instead of making promises: there is one for each message.
   * Never in the call itself, and in the order of the entries.
   */
  submit(entry: JournalEntry, outcome: JournalOutcome): void;
  /** All intact entries from `fromSeq` on, in order. Only before the first append. */
  replay(fromSeq: number): AsyncIterable<JournalEntry & { readonly seq: number }>;
  /** Deletes segments that hold nothing at or above `seq`. */
  truncate(seq: number): Promise<void>;
  stats(): {
    readonly bytes: number;
    readonly segments: number;
    readonly nextSeq: number;
    readonly damagedBytes: number;
  };
  close(): Promise<void>;
}

/** Who is told, once, how an entry fared; called on the object itself. Must not throw. */
export interface JournalOutcome {
  durable(seq: number): void;
  refused(error: unknown): void;
}

export interface JournalEntry {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** When the collector received it, UTC milliseconds. */
  readonly receivedAt: number;
}

/** Who is told when somebody waits for something short, and who lets it pass first (`work/live-first.ts`). */
export interface RightOfWay {
  /** Something begins that somebody waits for. */
  enter(): void;
  /** It is over; called once for each `enter`. */
  leave(): void;
  /** Asked between two stretches of other work: resolves, soon in any case, when the way is free. `undefined`: it is. */
  given(): Promise<void> | undefined;
  /** Whether anything entered in the last second, by the looks at it: others need more than the way. */
  inUse(): boolean;
}

/**
 * Time series (`io/level-store.ts`): LevelDB folders, one for each UTC day, and one for the index.
 */
export interface SampleStore {
  /**
   * The id of the series with these labels (`__name__` included), new when needed. `owner` is the
   * device, for the limit on series per device. 0 when a limit refuses it.
   */
  resolve(labels: Labels, meta: SeriesMeta, owner: string): SeriesId;
  /**
   * Takes decoded blocks into memory; column c of a block goes to `ids[block.firstAlias + c]`.
   * `seq` is the journal's number: after a crash the same entry may come again with the same
   * `seq`, and what a partition already holds of it is not stored twice.
   */
  append(seq: number, ids: Uint32Array, blocks: readonly Block[]): void;
  /**
   * Whether there is room in memory for more: `append` takes all it is given, so who brings samples
   * asks before making them durable. False only while the disk refuses or lags far behind.
   */
  accepting(): boolean;
  /**
   * While samples come faster than they are written: resolves when enough of them are. Who brings
   * more waits for it first; nothing is refused meanwhile. `undefined` when there is no need.
   */
  room(): Promise<void> | undefined;
  /** Whether history should wait a while, so that live samples need not wait for `room`. */
  busy(): boolean;
  /**
   * Series that match all matchers (anchored regular expressions), limited to a time range, in the
   * order of their ids. Rejects with the signal's reason when that ends it. `take` is told how many
   * samples have been read as they are, not at the end, and ends it by throwing.
   */
  select(
    matchers: readonly Matcher[],
    from: number,
    to: number,
    signal?: AbortSignal,
    take?: (samples: number) => void,
  ): Promise<readonly SeriesData[]>;
  /**
   * The same series in the same order, some at a time, so that all their samples need not be held at
   * once: arrays of one portion are overwritten when the next is asked for.
   */
  portions(
    matchers: readonly Matcher[],
    from: number,
    to: number,
    signal?: AbortSignal,
    take?: (samples: number) => void,
  ): AsyncIterable<readonly SeriesData[]>;
  /** Series that match and have samples in the range, without their samples. */
  series(matchers: readonly Matcher[], from: number, to: number): Promise<readonly Labels[]>;
  labelNames(matchers: readonly Matcher[], from: number, to: number): Promise<readonly string[]>;
  labelValues(
    name: string,
    matchers: readonly Matcher[],
    from: number,
    to: number,
  ): Promise<readonly string[]>;
  metadata(): ReadonlyMap<string, SeriesMeta>;
  /** How many series there are, by metric and by label: the largest `limit` of each kind. */
  cardinality(limit: number): Cardinality;
  /** Rollups of matching series: count, sum, min, max, last, increase in steps of 1 m or 1 h. */
  rollups(
    matchers: readonly Matcher[],
    step: RollupStep,
    from: number,
    to: number,
  ): Promise<readonly RollupData[]>;
  /** Writes all that is in memory, synced. Answers the sequence below which the journal is not needed. */
  checkpoint(): Promise<number>;
  /** Rollups that are due, retention, compaction: one bounded step of housekeeping. */
  maintain(now: number): Promise<void>;
  /** The highest journal number it has seen, in this life or an earlier one: none may come again. */
  highestSeq(): number;
  stats(): StoreStats;
  close(): Promise<void>;
}

/** Samples that the store did not take. */
export interface SampleRefusals {
  /** Retention would drop them at once. */
  readonly tooOld: number;
  /** Of a day after tomorrow: a clock is wrong. */
  readonly future: number;
  /** A limit has refused their series. */
  readonly limit: number;
  /** A dictionary names the series twice. */
  readonly repeated: number;
}

export interface StoreStats {
  readonly series: number;
  readonly seriesRefused: number;
  readonly samplesAppended: number;
  /** The sum of `refused`. */
  readonly samplesRefused: number;
  readonly refused: SampleRefusals;
  readonly headSamples: number;
  readonly partitions: number;
  readonly diskBytes: number;
  /** The disk refuses writes at the moment. */
  readonly writable: boolean;
  /** Partitions set aside as damaged, since the start. */
  readonly quarantinedPartitions: readonly string[];
}

/** Small durable facts: registry, ledger, dictionaries, gaps (`io/level-catalog.ts`). */
export interface Catalog {
  get(key: string): Promise<Uint8Array | undefined>;
  /** Keys and values with this prefix, in key order. */
  list(prefix: string): AsyncIterable<readonly [key: string, value: Uint8Array]>;
  /** One atomic synced write; `undefined` deletes. */
  write(changes: ReadonlyMap<string, Uint8Array | undefined>): Promise<void>;
  close(): Promise<void>;
}
