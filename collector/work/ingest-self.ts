/** What devices keep retained of themselves: `health` and `reported`. */
import { decodeHealth } from '../../protocol/messages/health.ts';
import { decodeReported } from '../../protocol/messages/reported.ts';
import type { DecodeError } from '../../protocol/result.ts';
import { isNewer } from '../core/device.ts';
import type { Arrival, IngestDesk } from './ingest-desk.ts';
import { NOTHING, refuse } from './ingest-retained.ts';

export function handleSelf(ingest: IngestDesk, arrival: Arrival): void {
  const { device, site, now, retained, payload } = arrival;
  const error = apply(arrival);
  if (error !== undefined) return refuse(ingest, arrival, error);
  // As with `state`: worth the journal, but nobody waits for it.
  if (!retained) ingest.store(arrival, payload.length, NOTHING);
  ingest.deps.feed.tell({ kind: 'state', device: device.id, site, at: now });
}

export function replaySelf(_ingest: IngestDesk, arrival: Arrival): void {
  apply(arrival);
}

/** What is told live is taken as it is; a broker's copy only when it says more than is known. */
function apply({ device, kind, payload, retained }: Arrival): DecodeError | undefined {
  if (kind === 'health') {
    const health = decodeHealth(payload);
    if (!health.ok) return health.error;
    if (!retained || isNewer(device.health, health.value)) device.health = health.value;
  } else {
    const reported = decodeReported(payload);
    if (!reported.ok) return reported.error;
    if (!retained || isNewer(device.reported, reported.value)) device.reported = reported.value;
  }
  return undefined;
}
