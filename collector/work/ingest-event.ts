/** Events, and the gaps that devices report themselves. */
import { decodeEvent, type EventMessage, type Gap } from '../../protocol/messages/event.ts';
import type { Device } from '../core/device.ts';
import { addReported } from '../core/gaps.ts';
import type { Arrival, IngestDesk } from './ingest-desk.ts';
import { isNew, keep, settle } from './numbered.ts';
import { refuseUnread, replayUnread } from './unreadable.ts';

export function handleEvent(ingest: IngestDesk, arrival: Arrival): void {
  const message = decodeEvent(arrival.payload);
  if (!message.ok) return refuseUnread(ingest, arrival, message.error);
  const { header } = message.value;
  if (!isNew(ingest, arrival, header)) return;
  if (!ingest.deps.reports.accepting()) return ingest.defer('storage');
  keep(ingest, arrival, header, arrival.payload.length, () => {
    apply(ingest, arrival, message.value);
    remember(ingest, arrival, message.value);
    return true;
  });
}

/** After a restart an event that the catalog already knows must not add its gaps twice. */
export function replayEvent(ingest: IngestDesk, arrival: Arrival): void {
  const message = decodeEvent(arrival.payload);
  if (!message.ok) return replayUnread(ingest, arrival, message.error);
  const { header } = message.value;
  const { epoch, number, low } = header;
  const { ledger } = arrival.device;
  ledger.miss(epoch, number, low, arrival.now);
  if (ledger.judge(epoch, number) === 'new') apply(ingest, arrival, message.value);
  remember(ingest, arrival, message.value);
  settle(ingest, arrival, header);
}

/** The history takes a message that comes again as one. */
function remember({ deps }: IngestDesk, arrival: Arrival, message: EventMessage): void {
  const { device, site, now } = arrival;
  if (message.events.length > 0) deps.reports.event(device.id, site, message, now);
}

/**
 * After an unclean end a device knows only what it had written. What came here without having been
 * written there is no gap. Only of an epoch that ended with it: one that goes on has newer batches.
 */
function narrowed({ ledger }: Device, gap: Gap, current: string): Gap {
  const { cause, epoch, from, to } = gap;
  if (epoch === undefined || epoch === current || (cause !== 'killed' && cause !== 'power'))
    return gap;
  return { ...gap, from: Math.max(from, Math.min(ledger.completeUntil(epoch), to)) };
}

function apply(
  ingest: IngestDesk,
  { device, site, now }: Arrival,
  { header, events, gaps }: EventMessage,
): void {
  const { counts, feed } = ingest.deps;
  for (const reported of gaps) {
    const told = narrowed(device, reported, header.epoch);
    const gap = { ...told, epoch: told.epoch ?? header.epoch };
    addReported(device, { ...gap, reportedAt: now });
    device.ledger.excuse(gap.epoch, gap.numbers);
    counts.gaps++;
    feed.tell({ kind: 'gap', device: device.id, site, at: now, gap });
  }
  for (const event of events) {
    counts.events++;
    feed.tell({ kind: 'event', device: device.id, site, at: event.wall, event });
  }
}
