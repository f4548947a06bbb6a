/**
 * A message between receipt and disk: the journal's entry, and who it tells how that ended. One
 * object for all of it: there is one for each message, and thousands at once.
 */
import type { JournalEntry, JournalOutcome } from '../ports.ts';
import type { Arrival, Outcome } from './ingest-desk.ts';

interface Ending {
  durable(one: UnderWay, seq: number): void;
  refused(one: UnderWay, error: unknown): void;
}

export class UnderWay implements JournalEntry, JournalOutcome {
  readonly arrival: Arrival;
  /** What it holds in memory. */
  readonly bytes: number;
  readonly outcome: Outcome;
  private readonly ending: Ending;

  constructor(ending: Ending, arrival: Arrival, bytes: number, outcome: Outcome) {
    this.ending = ending;
    this.arrival = arrival;
    this.bytes = bytes;
    this.outcome = outcome;
  }

  get topic(): string {
    return this.arrival.topic;
  }

  get payload(): Uint8Array {
    return this.arrival.payload;
  }

  get receivedAt(): number {
    return this.arrival.now;
  }

  durable(seq: number): void {
    this.ending.durable(this, seq);
  }

  refused(error: unknown): void {
    this.ending.refused(this, error);
  }
}
