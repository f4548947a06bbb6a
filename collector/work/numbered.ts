/** What all numbered messages have in common: repeats, the journal, the ledger, the answer. */
import type { Header } from '../../protocol/messages/envelope.ts';
import { addGap } from '../core/gaps.ts';
import type { Unreported } from '../core/ledger.ts';
import type { Addressee } from './acks.ts';
import type { Arrival, IngestDesk, Outcome } from './ingest-desk.ts';

/** Answers repeats and holds back what cannot be taken now. */
export function isNew(ingest: IngestDesk, arrival: Arrival, { epoch, number }: Header): boolean {
  const { device } = arrival;
  if (device.state === undefined) ingest.askForState(arrival, epoch);
  const verdict = device.ledger.judge(epoch, number);
  if (verdict === 'new') return true;
  if (verdict === 'repeat') {
    ingest.deps.counts.repeats++;
    ingest.deps.acks.durable(addressee(arrival), epoch, device.ledger.around(epoch, number));
  } else ingest.defer(verdict);
  return false;
}

/**
 * Journals a numbered message, then applies it and acknowledges its number, unless `apply` finds
 * that it cannot be taken after all and answers false.
 */
export function keep(
  ingest: IngestDesk,
  arrival: Arrival,
  header: Header,
  bytes: number,
  apply: (seq: number) => boolean,
): void {
  const { epoch, number, low } = header;
  arrival.device.ledger.begin(epoch, number, low, arrival.now);
  ingest.store(arrival, bytes, new Kept(ingest, arrival, header, apply));
}

/** One object instead of closures: there is one for each message. */
class Kept implements Outcome {
  private readonly ingest: IngestDesk;
  private readonly arrival: Arrival;
  private readonly header: Header;
  private readonly take: (seq: number) => boolean;

  constructor(
    ingest: IngestDesk,
    arrival: Arrival,
    header: Header,
    take: (seq: number) => boolean,
  ) {
    this.ingest = ingest;
    this.arrival = arrival;
    this.header = header;
    this.take = take;
  }

  apply(seq: number): void {
    const { ingest, arrival } = this;
    if (!this.take(seq)) {
      this.abandon();
      return ingest.defer('storage');
    }
    settle(ingest, arrival, this.header);
    const { epoch, number } = this.header;
    const { ledger } = arrival.device;
    ingest.deps.acks.durable(addressee(arrival), epoch, ledger.around(epoch, number));
  }

  abandon(): void {
    const { epoch, number } = this.header;
    this.arrival.device.ledger.abandon(epoch, number);
  }
}

/** The number is durable, and what it left behind is a gap. */
export function settle(ingest: IngestDesk, arrival: Arrival, header: Header): void {
  const { epoch, number, low, wall } = header;
  const { ledger } = arrival.device;
  noteGap(ingest, arrival, ledger.commit(epoch, number, low, wall, arrival.now));
  if (arrival.kind === 'm' || arrival.kind === 'h') ledger.sampled(epoch, wall);
}

export function addressee({ device, site }: Arrival): Addressee {
  return { site, id: device.id };
}

export function noteGap(
  ingest: IngestDesk,
  { device, site, now }: Arrival,
  lost: Unreported | undefined,
): void {
  if (lost === undefined) return;
  const gap = { ...lost, cause: 'unreported', reportedAt: now } as const;
  addGap(device, gap);
  ingest.deps.counts.gaps++;
  ingest.deps.feed.tell({ kind: 'gap', device: device.id, site, at: now, gap });
}
