/** What the handlers of single kinds share: the parts they work with, and what they may ask for. */
import type { Kind } from '../../protocol/topics.ts';
import type { Device } from '../core/device.ts';
import type { FleetSink } from '../ports/fleet.ts';
import type { Clock, Journal, Log, RightOfWay, SampleStore } from '../ports.ts';
import type { AckDesk } from './acks.ts';
import type { DeferReason, IngestCounts } from './counts.ts';
import type { Dictionaries } from './dictionaries.ts';
import type { Directory } from './directory.ts';
import type { Feed } from './feed.ts';
import type { JournalHealth } from './journal-health.ts';

/** Where undecodable messages are set aside for a person to look at. */
export interface QuarantineShelf {
  put(message: {
    topic: string;
    payload: Uint8Array;
    receivedAt: number;
    error: string;
  }): Promise<void>;
}

export interface IngestDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly journal: Journal;
  readonly journalHealth: JournalHealth;
  readonly store: SampleStore;
  /** Live messages have it from receipt to acknowledgement. */
  readonly rightOfWay: RightOfWay;
  readonly directory: Directory;
  readonly dictionaries: Dictionaries;
  readonly acks: AckDesk;
  readonly quarantine: QuarantineShelf;
  readonly feed: Feed;
  readonly counts: IngestCounts;
  /** Runs of tasks and remedies, results of commands, events. */
  readonly reports: FleetSink;
  /** A device was heard under another site than before: what it had there has to end. */
  readonly moved: (device: Device, oldSite: string) => void;
}

/** One message on its way: who sent it, what it is, when it came. */
export interface Arrival {
  readonly device: Device;
  readonly site: string;
  readonly kind: Kind;
  /** The topic's last level, of the kinds that have one; else empty. */
  readonly id: string;
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly now: number;
  readonly retained: boolean;
}

/** What a message does once it is durable, or when the disk refused it. Neither may wait. */
export interface Outcome {
  apply(seq: number): void;
  abandon(): void;
}

export interface IngestDesk {
  readonly deps: IngestDeps;
  /** Journals the message; `bytes` is what it holds in memory until then. */
  store(arrival: Arrival, bytes: number, outcome: Outcome): void;
  /** Counts a message that is left unacknowledged. */
  defer(reason: DeferReason): void;
  /** Sets a message aside that cannot be decoded. */
  setAside(arrival: Arrival, error: string): void;
  /** Asks a device for the `state` that nobody here has. */
  askForState(arrival: Arrival, epoch: string): void;
}
