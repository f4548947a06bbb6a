/** Events, and the gaps that devices report themselves. */
import { decodeEvent, type EventMessage } from '../../protocol/messages/event.ts';
import { addGap } from '../core/device.ts';
import { commitUnread, isNew, keep, refuseUnread } from './ingest-batch.ts';
import type { Arrival, IngestDesk } from './ingest-desk.ts';

export function handleEvent(ingest: IngestDesk, arrival: Arrival): void {
  const message = decodeEvent(arrival.payload);
  if (!message.ok) return refuseUnread(ingest, arrival, message.error);
  const { header } = message.value;
  if (!isNew(ingest, arrival, header)) return;
  keep(ingest, arrival, header, () => apply(ingest, arrival, message.value));
}

/** After a restart an event that the catalog already knows must not add its gaps twice. */
export function replayEvent(ingest: IngestDesk, arrival: Arrival): void {
  const message = decodeEvent(arrival.payload);
  if (!message.ok) return commitUnread(ingest, arrival);
  const { epoch, number, low, wall } = message.value.header;
  const { ledger } = arrival.device;
  if (ledger.judge(epoch, number) === 'new') apply(ingest, arrival, message.value);
  ledger.commit(epoch, number, low, wall, arrival.now);
}

function apply(
  ingest: IngestDesk,
  { device, site, now }: Arrival,
  { header, events, gaps }: EventMessage,
): void {
  const { counts, feed } = ingest.deps;
  for (const gap of gaps) {
    addGap(device, { ...gap, epoch: gap.epoch ?? header.epoch, reportedAt: now });
    device.ledger.excuse(gap.epoch ?? header.epoch, gap.numbers);
    counts.gaps++;
    feed.tell({ kind: 'gap', device: device.id, site, at: now, gap });
  }
  for (const event of events) {
    counts.events++;
    feed.tell({ kind: 'event', device: device.id, site, at: event.wall, event });
  }
}
