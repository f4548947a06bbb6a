/**
 * `state`: what a device says of itself at connect, retained, and what its will says for it.
 */
import { encodeCbor } from '../cbor/encode.ts';
import { type Fields, fromHex } from '../cbor/fields.ts';
import type { CborItem, CborValue } from '../cbor/values.ts';
import { LIMITS, PROTOCOL_VERSION, TIME_RANGE } from '../limits.ts';
import { accept, type Result } from '../result.ts';
import { openMessage } from './open.ts';

/** An epoch that the device is writing to, still holds records of, or has ended not long ago. */
export interface HeldEpoch {
  readonly epoch: string;
  /** Lowest number held. */
  readonly low: number;
  /** The next number to be given; `low === next` means that nothing is held. */
  readonly next: number;
}

export interface OnlineState {
  readonly online: true;
  /** 64 random bits, new at each connection. */
  readonly session: string;
  readonly agentVersion: string;
  /** At least one, the current epoch last. */
  readonly epochs: readonly HeldEpoch[];
  readonly capabilities: readonly string[];
  readonly boot: string;
  /** UTC milliseconds by the device's clock when this was said. */
  readonly wall: number;
  /** First 64 bits of SHA-256 of the machine id: two machines under one device id differ here. */
  readonly machine: string;
  /** Longest silence between two messages of a healthy device, in seconds. */
  readonly heartbeatSeconds: number;
  /** The device's own labels (role, hardware, ring...); shown by `muster_device_info`. */
  readonly labels: ReadonlyMap<string, string>;
  /** Inventory: host name, model, operating system, kernel, architecture... */
  readonly facts: ReadonlyMap<string, string>;
}

/** The will, and the good-bye of a clean stop. A session other than the current one is stale. */
export interface OfflineState {
  readonly online: false;
  readonly session: string;
}

export type DeviceState = OnlineState | OfflineState;

const KEY = {
  version: 0,
  online: 1,
  session: 2,
  agentVersion: 3,
  epochs: 4,
  capabilities: 5,
  boot: 6,
  wall: 7,
  machine: 8,
  heartbeat: 9,
  labels: 10,
  facts: 11,
} as const;

/** Epochs that one message may name. */
export const MAX_EPOCHS = 256;
const MAX_TEXTS = 64;

export function encodeState(state: DeviceState): Uint8Array {
  const common: [number, CborValue][] = [
    [KEY.version, PROTOCOL_VERSION],
    [KEY.online, state.online],
    [KEY.session, fromHex(state.session)],
  ];
  return encodeCbor(new Map(state.online ? [...common, ...online(state)] : common));
}

function online(state: OnlineState): [number, CborValue][] {
  return [
    [KEY.agentVersion, state.agentVersion],
    [KEY.epochs, state.epochs.map(({ epoch, low, next }) => [fromHex(epoch), low, next])],
    [KEY.capabilities, state.capabilities],
    [KEY.boot, fromHex(state.boot)],
    [KEY.wall, state.wall],
    [KEY.machine, fromHex(state.machine)],
    [KEY.heartbeat, state.heartbeatSeconds],
    [KEY.labels, state.labels],
    [KEY.facts, state.facts],
  ];
}

export function decodeState(bytes: Uint8Array): Result<DeviceState> {
  const opened = openMessage(bytes, 'state');
  if (!opened.ok) return opened;
  const fields = opened.value;
  const session = fields.id(KEY.session);
  if (!fields.bool(KEY.online)) return fields.done({ online: false, session });
  return fields.done({
    online: true,
    session,
    agentVersion: fields.text(KEY.agentVersion, 64),
    epochs: readEpochs(fields),
    capabilities: fields
      .list(KEY.capabilities, MAX_TEXTS)
      .map((c) => fields.asText(c, KEY.capabilities, 64)),
    boot: fields.id(KEY.boot),
    wall: fields.int(KEY.wall, TIME_RANGE),
    machine: fields.id(KEY.machine),
    heartbeatSeconds: fields.int(KEY.heartbeat, { min: 1, max: 86_400 }),
    labels: fields.texts(KEY.labels, MAX_TEXTS, LIMITS.textBytes),
    facts: fields.texts(KEY.facts, MAX_TEXTS, LIMITS.textBytes),
  });
}

function readEpochs(fields: Fields): HeldEpoch[] {
  const items = fields.list(KEY.epochs, MAX_EPOCHS);
  if (items.length === 0) fields.fail('out-of-range', `state.${KEY.epochs}`);
  return items.map((item) => readEpoch(fields, item));
}

function readEpoch(fields: Fields, item: CborItem): HeldEpoch {
  const [epoch, low, next] = Array.isArray(item) ? (item as readonly CborItem[]) : [];
  const held = {
    epoch: fields.asId(epoch, KEY.epochs),
    low: fields.asInt(low, KEY.epochs, { min: 1 }),
    next: fields.asInt(next, KEY.epochs, { min: 1 }),
  };
  if (held.low > held.next) fields.fail('out-of-range', `state.${KEY.epochs}`);
  return held;
}

/** Only the session of a `state`, for the device that watches its own retained one. */
export function decodeSession(bytes: Uint8Array): Result<string> {
  const state = decodeState(bytes);
  return state.ok ? accept(state.value.session) : state;
}
