/** What devices keep retained: `state` and `schema`. */
import { decodeState, type OnlineState } from '../../protocol/messages/state.ts';
import { explain } from '../../protocol/result.ts';
import { applyState, heard, raise } from '../core/device.ts';
import { addressee } from './ingest-batch.ts';
import type { Arrival, IngestDesk } from './ingest-desk.ts';

export function handleState(ingest: IngestDesk, arrival: Arrival): void {
  const state = decodeState(arrival.payload);
  if (!state.ok) return ingest.setAside(arrival, explain(state.error));
  const { device, site, now, retained } = arrival;
  if (state.value.online) {
    if (!followSite(ingest, arrival)) return;
    if (!retained) heard(device, now);
  }
  applyState(device, state.value, now, retained);
  ingest.deps.feed.tell({ kind: 'state', device: device.id, site, at: now });
  if (retained) return;
  // Registry facts are worth the journal, but nobody waits for them.
  ingest.store(
    arrival,
    () => undefined,
    () => undefined,
  );
  if (state.value.online) greet(ingest, arrival, state.value);
}

export function replayState(arrival: Arrival): void {
  const state = decodeState(arrival.payload);
  if (!state.ok) return;
  if (state.value.online) {
    arrival.device.site = arrival.site;
    heard(arrival.device, arrival.now);
  }
  applyState(arrival.device, state.value, arrival.now, false);
}

export function handleSchema(ingest: IngestDesk, arrival: Arrival): void {
  const { device, site, payload } = arrival;
  const added = ingest.deps.dictionaries.add(device.id, site, payload);
  if (!added.ok) return ingest.setAside(arrival, explain(added.error));
  if (!added.value) return;
  // A dictionary that the disk refused is forgotten, so that it is asked for again.
  const forget = () => ingest.deps.dictionaries.drop(device.id, payload);
  ingest.store(arrival, () => undefined, forget);
}

export function replaySchema(ingest: IngestDesk, { device, site, payload }: Arrival): void {
  ingest.deps.dictionaries.add(device.id, site, payload);
}

/**
 * Tells a device at once what is durable of each epoch that it still holds, so that it sends
 * nothing again whose acknowledgement was lost, and what time it is.
 */
function greet(ingest: IngestDesk, arrival: Arrival, state: OnlineState): void {
  const { acks } = ingest.deps;
  const to = addressee(arrival);
  for (const { epoch, low } of state.epochs) {
    acks.greet(to, epoch);
    for (const interval of arrival.device.ledger.durable(epoch, low))
      acks.durable(to, epoch, interval);
  }
}

/**
 * A device that speaks from another site has moved. A retained `state` of the old site, found at
 * a broker, is only what it left behind: answers false.
 */
function followSite(ingest: IngestDesk, { device, site, now, retained }: Arrival): boolean {
  if (device.site === site) return true;
  if (retained && device.lastSeen > 0) return false;
  const old = device.site;
  raise(device, 'site-moved', now, `from ${old} to ${site}`);
  device.site = site;
  ingest.deps.moved(device, old);
  return true;
}
