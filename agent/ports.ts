/**
 * What the agent asks of the world. `io/` implements these; tests may bring their own.
 */
import type { HeldEpoch } from '../protocol/messages/state.ts';

/** Time, in milliseconds. `mono` never steps and counts suspended time; `wall` may do anything. */
export interface Clock {
  /** UTC, milliseconds since 1970, as the operating system believes. */
  wall(): number;
  /** Milliseconds since the kernel started, suspended time included. */
  mono(): number;
  /** Calls `action` once, `delayMs` from now; the answer cancels it. */
  after(delayMs: number, action: () => void): Cancel;
}

export type Cancel = () => void;

/**
 * The machine's files. Every path is as the running system sees it (`/proc/stat`); an
 * implementation may place a root before it, so that recorded trees can be read.
 */
export interface Host {
  /**
   * A file that the kernel answers from memory (`/proc`, most of `/sys/class`), read at once.
   * Its text, or `undefined` when it does not exist or may not be read.
   */
  readNow(path: string): string | undefined;
  /**
   * A file behind which a slow or dead device may stand (sensors, eMMC, textfiles), read off the
   * main thread with few at a time, so that the buffer's own writes are never starved of threads.
   */
  read(path: string): Promise<string | undefined>;
  /** Names in a folder, sorted; empty when it does not exist. */
  list(path: string): Promise<readonly string[]>;
  /** A symbolic link's target, or `undefined`. */
  link(path: string): Promise<string | undefined>;
  /** Size and modification time of a file, or `undefined` when it is not there. */
  stat(path: string): Promise<{ readonly bytes: number; readonly modifiedMs: number } | undefined>;
  /**
   * statfs(2) of a mount point, in bytes. Rejects when the call fails. While one call on a mount
   * point hangs, further ones are not issued: they answer `'pending'` at once.
   */
  statfs(path: string): Promise<StatFs | 'pending'>;
}

export interface StatFs {
  readonly sizeBytes: number;
  readonly freeBytes: number;
  /** Free to unprivileged users. */
  readonly availBytes: number;
  readonly files: number;
  readonly filesFree: number;
}

/** Structured log lines; `fields` never carry secrets. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Kinds that the buffer holds: everything numbered that must not be lost. */
export type RecordKind = 'm' | 'event' | 'log' | 'trace' | 'report' | 'res';

/** Names one byte string for ever, together with the device. */
export interface Position {
  /** 16 hexadecimal digits. */
  readonly epoch: string;
  readonly number: number;
}

export interface NewRecord {
  readonly kind: RecordKind;
  /** Last topic level of kinds that have one (`report/<id>`, `res/<id>`). */
  readonly id?: string;
  /** UTC milliseconds of the first and last sample or event, by the clock of the moment. */
  readonly from: number;
  readonly to: number;
  /** Samples inside, for the account of drops; 0 for other kinds. */
  readonly samples: number;
  /** The boot had no time yet: the record is re-based before it may be sent. */
  readonly clockUnset: boolean;
  /** It is handed to the link at once, so its bytes are fixed and thinning leaves it alone. */
  readonly sent: boolean;
  /** It tells of what the opening found: from here on that is not owed any more. */
  readonly settlesOpening?: true;
  /** Makes the payload once number and `low` are known. Called exactly once, synchronously. */
  encode(position: Position & { readonly low: number }): Uint8Array;
}

export interface StoredRecord extends Position {
  readonly kind: RecordKind;
  readonly id?: string;
  readonly from: number;
  readonly to: number;
  readonly samples: number;
  readonly clockUnset: boolean;
  readonly payload: Uint8Array;
}

/** What the opening of the buffer found; anything but `clean` may have lost the named interval. */
export interface BufferOpening {
  readonly how: 'new' | 'clean' | 'killed' | 'power' | 'repaired' | 'quarantined';
  /** For `power`, `repaired` and `quarantined`: the epoch before this one, if it is known. */
  readonly previousEpoch?: string;
  /** UTC milliseconds of the newest sample that is known to have been in the buffer, if any. */
  readonly lastTo?: number;
  /**
   * From when on samples may be missing: `lastTo`, or where nothing tells, the folder's making; earlier
   * when a life before this one ended before it could tell.
   */
  readonly since: number;
  /** For people: what was done and where the damaged folder was put. */
  readonly detail: string;
}

export interface BufferStats {
  readonly records: number;
  /** Record bytes: keys and values as stored; never above `capBytes`. */
  readonly bytes: number;
  readonly capBytes: number;
  readonly droppedRecords: number;
  readonly droppedSamples: number;
  readonly thinnedSamples: number;
  readonly damagedRecords: number;
}

/** Records that the buffer gave up, as an account for a gap record. */
export interface BufferLoss {
  readonly cause: 'full' | 'thinned' | 'damaged';
  readonly epoch: string;
  readonly numbers: readonly { readonly first: number; readonly last: number }[];
  readonly from: number;
  /** Absent: until it is told. */
  readonly to?: number;
  readonly samples: number;
}

/**
 * The only queue between the samplers and the collector (LevelDB in `io/level-buffer.ts`).
 *
 * A new epoch is minted by each opening, but where many are held already
 * (docs/decisions/0002-delivery-and-time.md).
 */
export interface RecordBuffer {
  readonly opening: BufferOpening;
  /** The epoch that new records get. */
  readonly epoch: string;
  /** Writes data and number in one batch. Rejects with a `BufferError` when the disk refuses. */
  append(record: NewRecord): Promise<StoredRecord>;
  /** All epochs with records, oldest first, the current one always last. */
  held(): readonly HeldEpoch[];
  /** The same, and before them the last that ended, of which nothing is held. */
  epochs(): readonly HeldEpoch[];
  stats(): BufferStats;
  /**
   * Records behind `after` (or from the oldest), oldest first, until `records` or `bytes` is
   * reached. They are marked as sent in one small durable write before they are given out. Damaged
   * records are left out and accounted. Records with an unset clock end the answer.
   */
  take(
    after: Position | undefined,
    limit: { records: number; bytes: number },
  ): Promise<readonly StoredRecord[]>;
  /** The one record, for sending again; `undefined` when it is gone. */
  get(position: Position): Promise<StoredRecord | undefined>;
  /**
   * Deletes what the collector has. Unknown epochs and numbers are ignored; but a number of the
   * current epoch that was not yet given shows that the folder is an older copy of itself, and a
   * new epoch begins.
   */
  acknowledge(
    epoch: string,
    ranges: readonly { readonly first: number; readonly last: number }[],
  ): Promise<void>;
  /** Rewrites the payload of each record whose clock was unset, oldest first, and clears the mark. */
  rebase(
    rewrite: (record: StoredRecord) => { payload: Uint8Array; from: number; to: number },
  ): Promise<number>;
  /** Losses since the last call; the caller reports them as gaps. Kept until `settle`d, over restarts too. */
  losses(): readonly BufferLoss[];
  /** The first `count` losses are now in a record of their own. */
  settle(count: number): Promise<void>;
  /** Dictionaries that held records refer to, by id, and the sampler state that must survive. */
  putDictionary(id: string, bytes: Uint8Array): Promise<void>;
  dictionary(id: string): Promise<Uint8Array | undefined>;
  /** Makes everything written so far survive a power cut. */
  sync(): Promise<void>;
  /** Merges what lies scattered; answers the bytes that the folder became smaller by. */
  compact(): Promise<number>;
  close(): Promise<void>;
}

/** Why a connection ended. */
export interface Disconnect {
  readonly reason: string;
  /** The broker refused us (credentials, identity): trying again soon is of little use. */
  readonly refused: boolean;
}

/** One MQTT connection at a time (`io/mqtt-transport.ts`). It never reconnects by itself. */
export interface Transport {
  /** Resolves when the broker accepted us; rejects with the reason otherwise. */
  connect(options: ConnectOptions, events: TransportEvents): Promise<Connection>;
}

export interface ConnectOptions {
  readonly will: { readonly topic: string; readonly payload: Uint8Array };
  /** Gives up while the broker has not answered yet. */
  readonly signal?: AbortSignal;
}

export interface TransportEvents {
  message(topic: string, payload: Uint8Array): void;
  /** Once for each connection. Missing PINGRESP or PUBACK end a connection too. */
  closed(why: Disconnect): void;
}

export interface Connection {
  /** Resolves at PUBACK (QoS 1) or when written (QoS 0); rejects when the connection ends first. */
  publish(
    topic: string,
    payload: Uint8Array,
    options: { qos: 0 | 1; retain: boolean },
  ): Promise<void>;
  /** QoS 1. Rejects when the broker refuses one of the filters. */
  subscribe(filters: readonly string[]): Promise<void>;
  /** Sends what is written and closes cleanly: no will. */
  end(): Promise<void>;
  /** Drops the connection at once: the broker publishes the will. */
  destroy(reason: string): void;
}
