/** Sample batches, live (`m`) and backfill (`h`). */
import { type Batch, type Block, decodeBatch, decodeBody } from '../../protocol/messages/batch.ts';
import { decodeHeader, type Header } from '../../protocol/messages/envelope.ts';
import { type DecodeError, explain } from '../../protocol/result.ts';
import { addGap } from '../core/device.ts';
import type { Unreported } from '../core/ledger.ts';
import type { ResolvedDictionary } from './dictionaries.ts';
import type { Arrival, IngestDesk } from './ingest-desk.ts';

export function handleBatch(ingest: IngestDesk, arrival: Arrival): void {
  const batch = decodeBatch(arrival.payload);
  if (!batch.ok) return refuseUnread(ingest, arrival, batch.error);
  if (!isNew(ingest, arrival, batch.value.header)) return;
  const dictionary = ingest.deps.dictionaries.get(arrival.device.id, batch.value.schema);
  if (dictionary === undefined) return askForSchema(ingest, arrival, batch.value);
  const { header, body } = batch.value;
  const blocks = decodeBody(body, header.wall, dictionary.series);
  if (!blocks.ok) return acknowledgeUnreadable(ingest, arrival, header, blocks.error);
  ingest.deps.counts.batches++;
  keep(ingest, arrival, header, (seq) =>
    apply(ingest, arrival, header, dictionary, blocks.value, seq),
  );
}

/** The journal's copy after a restart: the store knows by `seq` what it already has. */
export function replayBatch(ingest: IngestDesk, arrival: Arrival, seq: number): void {
  const { device, now } = arrival;
  const batch = decodeBatch(arrival.payload);
  if (!batch.ok) return commitUnread(ingest, arrival);
  const { header, schema, body } = batch.value;
  const dictionary = ingest.deps.dictionaries.get(device.id, schema);
  const blocks = dictionary && decodeBody(body, header.wall, dictionary.series);
  if (dictionary !== undefined && blocks?.ok)
    ingest.deps.store.append(seq, dictionary.ids, blocks.value);
  else if (device.ledger.judge(header.epoch, header.number) === 'new') {
    ingest.setAside(arrival, 'journalled batch could not be decoded after a restart');
  }
  noteGap(
    ingest,
    arrival,
    device.ledger.commit(header.epoch, header.number, header.low, header.wall, now),
  );
}

/** Answers repeats and holds back what cannot be taken now. */
export function isNew(ingest: IngestDesk, arrival: Arrival, header: Header): boolean {
  const { device } = arrival;
  const verdict = device.ledger.judge(header.epoch, header.number);
  if (verdict === 'new') return true;
  if (verdict === 'repeat') {
    ingest.deps.counts.repeats++;
    ingest.deps.acks.durable(
      addressee(arrival),
      header.epoch,
      device.ledger.around(header.epoch, header.number),
    );
  } else ingest.defer(arrival, verdict);
  return false;
}

/** Journals a numbered message, then applies it and acknowledges its number. */
export function keep(
  ingest: IngestDesk,
  arrival: Arrival,
  header: Header,
  apply: (seq: number) => void,
): void {
  const { device, now } = arrival;
  const { epoch, number, low, wall } = header;
  device.ledger.begin(epoch, number, low, now);
  ingest.store(
    arrival,
    (seq) => {
      apply(seq);
      noteGap(ingest, arrival, device.ledger.commit(epoch, number, low, wall, now));
      ingest.deps.acks.durable(addressee(arrival), epoch, device.ledger.around(epoch, number));
    },
    () => device.ledger.abandon(epoch, number),
  );
}

export function addressee({ device, site }: Arrival): { site: string; id: string } {
  return { site, id: device.id };
}

/** Bytes that are no batch: acknowledged as set aside when at least the number can be read. */
export function refuseUnread(ingest: IngestDesk, arrival: Arrival, error: DecodeError): void {
  if (error.code === 'unknown-version') return ingest.defer(arrival, 'unknown-version');
  const header = decodeHeader(arrival.payload, arrival.kind);
  if (!header.ok) return ingest.setAside(arrival, explain(error));
  if (isNew(ingest, arrival, header.value))
    acknowledgeUnreadable(ingest, arrival, header.value, error);
}

export function commitUnread(ingest: IngestDesk, arrival: Arrival): void {
  const header = decodeHeader(arrival.payload, arrival.kind);
  if (!header.ok) return;
  const { epoch, number, low, wall } = header.value;
  noteGap(ingest, arrival, arrival.device.ledger.commit(epoch, number, low, wall, arrival.now));
}

function acknowledgeUnreadable(
  ingest: IngestDesk,
  arrival: Arrival,
  header: Header,
  error: DecodeError,
): void {
  keep(ingest, arrival, header, () => {
    ingest.setAside(arrival, explain(error));
    const { wall: from, number } = header;
    const numbers = [{ first: number, last: number }];
    const gap = { from, to: from, cause: 'undecodable', numbers, epoch: header.epoch } as const;
    addGap(arrival.device, { ...gap, reportedAt: arrival.now });
    ingest.deps.counts.gaps++;
  });
}

function askForSchema(ingest: IngestDesk, arrival: Arrival, batch: Batch): void {
  ingest.defer(arrival, 'unknown-schema');
  ingest.deps.acks.needSchema(addressee(arrival), batch.header.epoch, batch.schema);
}

function apply(
  ingest: IngestDesk,
  arrival: Arrival,
  header: Header,
  dictionary: ResolvedDictionary,
  blocks: readonly Block[],
  seq: number,
): void {
  const { store, counts, feed } = ingest.deps;
  store.append(seq, dictionary.ids, blocks);
  for (const block of blocks) counts.samples += block.values.length;
  if (!feed.wanted || arrival.kind !== 'm') return;
  const { device, site } = arrival;
  feed.tell({
    kind: 'sample',
    device: device.id,
    site,
    at: header.wall,
    series: dictionary.series,
    blocks,
  });
}

function noteGap(
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
