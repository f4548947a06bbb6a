/** Sample batches, live (`m`) and backfill (`h`). */

import { countPresent } from '../../protocol/columns/block.ts';
import { type Batch, type Block, decodeBody } from '../../protocol/messages/batch.ts';
import { readBatch } from '../../protocol/messages/batch-quick.ts';
import type { Header } from '../../protocol/messages/envelope.ts';
import type { ResolvedDictionary } from './dictionaries.ts';
import type { Arrival, IngestDesk } from './ingest-desk.ts';
import { addressee, isNew, keep, settle } from './numbered.ts';
import {
  acknowledgeUnreadable,
  refuseUnread,
  replayUnread,
  replayUnreadable,
} from './unreadable.ts';

export function handleBatch(ingest: IngestDesk, arrival: Arrival): void {
  const batch = readBatch(arrival.payload);
  if (!batch.ok) return refuseUnread(ingest, arrival, batch.error);
  const { header, schema, body } = batch.value;
  if (!isNew(ingest, arrival, header)) return;
  const dictionary = ingest.deps.dictionaries.get(arrival.device.id, arrival.site, schema);
  if (dictionary === undefined) return lackSchema(ingest, arrival, batch.value);
  const blocks = decodeBody(body, header.wall, dictionary.series);
  if (!blocks.ok) return acknowledgeUnreadable(ingest, arrival, header, blocks.error);
  keep(ingest, arrival, header, heldBytes(arrival, blocks.value), (seq) => {
    // The journal may take a batch just after it has refused the dictionary before it.
    if (!dictionary.held.durable) return false;
    apply(ingest, arrival, header, dictionary, blocks.value, seq);
    return true;
  });
}

/** The journal's copy after a restart: the store knows by `seq` what it already has. */
export function replayBatch(ingest: IngestDesk, arrival: Arrival, seq: number): void {
  const { device, site, now } = arrival;
  const batch = readBatch(arrival.payload);
  if (!batch.ok) return replayUnread(ingest, arrival, batch.error);
  const { header, schema, body } = batch.value;
  const { epoch, number, low, wall } = header;
  const dictionary = ingest.deps.dictionaries.get(device.id, site, schema);
  if (dictionary === undefined) {
    // Not taken as received: a device that was not answered sends it again, else it is a gap.
    if (device.ledger.judge(epoch, number) !== 'new') return;
    device.ledger.miss(epoch, number, low, now);
    return ingest.setAside(arrival, 'journalled batch has lost its dictionary');
  }
  const blocks = decodeBody(body, wall, dictionary.series);
  if (!blocks.ok) return replayUnreadable(ingest, arrival, header, blocks.error);
  ingest.deps.store.append(seq, dictionary.ids, blocks.value);
  settle(ingest, arrival, header);
}

function lackSchema(ingest: IngestDesk, arrival: Arrival, { header, schema }: Batch): void {
  if (ingest.deps.dictionaries.isUnreadable(arrival.device.id, schema)) {
    const error = {
      code: 'unknown-alias',
      at: `dictionary ${schema}, which is unreadable`,
    } as const;
    return acknowledgeUnreadable(ingest, arrival, header, error);
  }
  ingest.defer('unknown-schema');
  ingest.deps.acks.needSchema(addressee(arrival), header.epoch, schema);
}

function apply(
  ingest: IngestDesk,
  { device, site, kind }: Arrival,
  header: Header,
  { ids, series }: ResolvedDictionary,
  blocks: readonly Block[],
  seq: number,
): void {
  const { store, counts, feed, clock } = ingest.deps;
  store.append(seq, ids, blocks);
  counts.batches++;
  for (const block of blocks) counts.samples += samplesOf(block);
  if (kind === 'm') counts.onLag(Math.max(0, clock.wall() - newestOf(blocks)) / 1_000);
  if (!feed.wanted || kind !== 'm') return;
  feed.tell({ kind: 'sample', device: device.id, site, at: header.wall, series, blocks });
}

function samplesOf({ values, times, columns, presence }: Block): number {
  if (presence.size === 0) return values.length;
  let samples = 0;
  for (let column = 0; column < columns; column++) {
    const bitmap = presence.get(column);
    samples += bitmap === undefined ? times.length : countPresent(bitmap, 0, times.length);
  }
  return samples;
}

/** Rows of a block ascend, nearly always: the last one is as good as the newest. */
function newestOf(blocks: readonly Block[]): number {
  let newest = Number.NEGATIVE_INFINITY;
  for (const { times } of blocks) newest = Math.max(newest, times[times.length - 1] ?? newest);
  return newest;
}

/** A few bytes may stand for many cells. */
function heldBytes({ payload }: Arrival, blocks: readonly Block[]): number {
  let bytes = payload.length;
  for (const { values, times } of blocks) bytes += values.byteLength + times.byteLength;
  return bytes;
}
