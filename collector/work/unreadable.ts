/** Bytes that are no message: set aside, and acknowledged when at least the number can be read. */
import { decodeHeader, type Header } from '../../protocol/messages/envelope.ts';
import { type DecodeError, explain } from '../../protocol/result.ts';
import { addGap } from '../core/gaps.ts';
import type { Arrival, IngestDesk } from './ingest-desk.ts';
import { isNew, keep, noteGap } from './numbered.ts';

export function refuseUnread(ingest: IngestDesk, arrival: Arrival, error: DecodeError): void {
  if (error.code === 'unknown-version') return ingest.defer('unknown-version');
  const header = decodeHeader(arrival.payload, arrival.kind);
  if (!header.ok) return ingest.setAside(arrival, explain(error));
  if (isNew(ingest, arrival, header.value))
    acknowledgeUnreadable(ingest, arrival, header.value, error);
}

export function acknowledgeUnreadable(
  ingest: IngestDesk,
  arrival: Arrival,
  header: Header,
  error: DecodeError,
): void {
  keep(ingest, arrival, header, arrival.payload.length, () => {
    setAside(ingest, arrival, header, error);
    return true;
  });
}

export function replayUnread(ingest: IngestDesk, arrival: Arrival, error: DecodeError): void {
  const header = decodeHeader(arrival.payload, arrival.kind);
  if (header.ok) replayUnreadable(ingest, arrival, header.value, error);
}

/** After a restart, what the catalog knows already is not told twice. */
export function replayUnreadable(
  ingest: IngestDesk,
  arrival: Arrival,
  header: Header,
  error: DecodeError,
): void {
  const { epoch, number, low, wall } = header;
  const { ledger } = arrival.device;
  if (ledger.judge(epoch, number) === 'new') setAside(ingest, arrival, header, error);
  noteGap(ingest, arrival, ledger.commit(epoch, number, low, wall, arrival.now));
}

function setAside(
  ingest: IngestDesk,
  arrival: Arrival,
  { epoch, number, wall }: Header,
  error: DecodeError,
): void {
  ingest.setAside(arrival, explain(error));
  const { device, site, now } = arrival;
  const numbers = [{ first: number, last: number }];
  const gap = { from: wall, to: wall, cause: 'undecodable', numbers, epoch } as const;
  addGap(device, { ...gap, reportedAt: now });
  ingest.deps.counts.gaps++;
  ingest.deps.feed.tell({ kind: 'gap', device: device.id, site, at: now, gap });
}
