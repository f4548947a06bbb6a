/** What devices keep retained: `state` and `schema`. */
import { type DeviceState, decodeState, type OnlineState } from '../../protocol/messages/state.ts';
import { type DecodeError, explain } from '../../protocol/result.ts';
import { applyRetained, applyState, heard, isClone, isNewer } from '../core/device.ts';
import { raise } from '../core/problems.ts';
import type { Arrival, IngestDesk } from './ingest-desk.ts';
import { addressee, noteGap } from './numbered.ts';

export function handleState(ingest: IngestDesk, arrival: Arrival): void {
  const state = decodeState(arrival.payload);
  if (!state.ok) return refuse(ingest, arrival, state.error);
  const { device, site, now, retained } = arrival;
  if (retained) {
    if (state.value.online) {
      applyRetained(device, state.value, site);
      hearEpochs(ingest, arrival, state.value);
      if (device.site !== site) askIfMoved(ingest, arrival, state.value);
    }
  } else {
    const left = applyLive(ingest, arrival, state.value);
    if (left !== undefined) ingest.deps.moved(device, left);
    // Registry facts are worth the journal, but nobody waits for them.
    ingest.store(arrival, arrival.payload.length, NOTHING);
    if (state.value.online) greet(ingest, arrival, state.value);
  }
  ingest.deps.feed.tell({ kind: 'state', device: device.id, site: device.site, at: now });
}

export function replayState(ingest: IngestDesk, arrival: Arrival): void {
  const state = decodeState(arrival.payload);
  if (state.ok) applyLive(ingest, arrival, state.value);
}

export function handleSchema(ingest: IngestDesk, arrival: Arrival): void {
  const { device, payload } = arrival;
  const { dictionaries } = ingest.deps;
  const added = dictionaries.add(device.id, payload);
  if (!added.ok) return refuse(ingest, arrival, added.error);
  const held = added.value;
  if (held === undefined) return;
  ingest.store(arrival, payload.length, {
    apply: () => {
      held.durable = true;
    },
    abandon: () => dictionaries.drop(device.id, held),
  });
}

export function replaySchema(ingest: IngestDesk, { device, payload }: Arrival): void {
  ingest.deps.dictionaries.restore(device.id, payload, []);
}

/** Of what is kept in memory at once: the journal only remembers it. */
export const NOTHING = { apply: () => undefined, abandon: () => undefined };

/** A message of a newer version is no rubbish: a newer collector will read it. */
export function refuse(ingest: IngestDesk, arrival: Arrival, error: DecodeError): void {
  if (error.code === 'unknown-version') ingest.defer('unknown-version');
  else ingest.setAside(arrival, explain(error));
}

/**
 * Applies what a device just said, or its will. Answers the site that it has left by this: one of
 * two machines under one id moves nothing, or each would end the other's series again and again.
 */
function applyLive(ingest: IngestDesk, arrival: Arrival, state: DeviceState): string | undefined {
  if (!state.online) return undefined;
  const { device, site, now } = arrival;
  const left = device.site;
  const moves = left !== site && !isClone(device, state, now);
  heard(device, now);
  applyState(device, state, now);
  hearEpochs(ingest, arrival, state);
  if (!moves) return undefined;
  raise(device, 'site-moved', now, `from ${left} to ${site}`);
  device.site = site;
  return left;
}

/**
 * Another site than the one known: the device may have moved while this collector was away. What a
 * broker kept may be of last year, so nobody is moved by it: the device is asked there.
 */
function askIfMoved(ingest: IngestDesk, arrival: Arrival, state: OnlineState): void {
  const { device } = arrival;
  const current = state.epochs.at(-1)?.epoch;
  if (current === undefined) return;
  if (isNewer(device.state, state) || !device.epochs.includes(current))
    ingest.askForState(arrival, current);
}

function hearEpochs(ingest: IngestDesk, arrival: Arrival, state: OnlineState): void {
  const { device, now, retained } = arrival;
  for (const lost of device.ledger.hear(state.epochs, state.wall, now, retained)) {
    noteGap(ingest, arrival, lost);
  }
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
  askForSelf(ingest, arrival, state);
}

/** Asks for what a device may have said of itself and nobody here has. */
function askForSelf({ deps }: IngestDesk, arrival: Arrival, { epochs }: OnlineState): void {
  const { device } = arrival;
  const current = epochs.at(-1)?.epoch;
  if (current === undefined) return;
  if (device.health === undefined) deps.acks.needKind(addressee(arrival), current, 'health');
  if (device.reported === undefined) deps.acks.needKind(addressee(arrival), current, 'reported');
}
