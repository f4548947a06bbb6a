/**
 * What the collector knows of one device, and how a `state` message changes it. Pure: the caller
 * brings the time and stores the result.
 */
import type { Gap } from '../../protocol/messages/event.ts';
import type { DeviceState, OnlineState } from '../../protocol/messages/state.ts';
import { DeviceLedger } from './ledger.ts';

export interface Device {
  readonly id: string;
  site: string;
  /** UTC milliseconds by the collector's clock. */
  firstSeen: number;
  /** Last message of any kind that was not merely retained; 0 when none was heard yet. */
  lastSeen: number;
  /** The last `state` that said online. */
  state: OnlineState | undefined;
  /** False once the current session said good-bye or its will was delivered. */
  online: boolean;
  readonly ledger: DeviceLedger;
  readonly gaps: GapRecord[];
  gapsDropped: number;
  readonly problems: Map<ProblemCode, Problem>;
  /** Epochs in the order in which the device began them; the last is current. */
  readonly epochs: string[];
}

export interface GapRecord extends Gap {
  /** When the collector learned of it, UTC milliseconds. */
  readonly reportedAt: number;
}

/** What is wrong with a device as a source, declared once. */
export const PROBLEMS = {
  clone: 'two machines use this device id: give one of them another id',
  'epoch-returned':
    'the device went back to an epoch that it had left: its data folder was restored or copied',
  'site-moved': 'the device was seen under another site before',
  undecodable: 'messages of this device could not be decoded and were set aside',
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

export interface Problem {
  /** UTC milliseconds. */
  readonly since: number;
  readonly lastAt: number;
  readonly detail: string;
}

const MAX_GAPS = 500;
const MAX_EPOCHS = 64;
/** Two machines under one id that speak within this time of each other are clones, not a repair. */
const CLONE_WINDOW_MS = 3_600_000;
/** A problem that was not seen again for this long is over. */
const PROBLEM_MEMORY_MS = 86_400_000;

export function newDevice(id: string, site: string, now: number): Device {
  return {
    id,
    site,
    firstSeen: now,
    lastSeen: 0,
    state: undefined,
    online: false,
    ledger: new DeviceLedger(),
    gaps: [],
    gapsDropped: 0,
    problems: new Map(),
    epochs: [],
  };
}

/** Any message that the device itself just sent is a sign of life. */
export function heard(device: Device, now: number): void {
  if (now > device.lastSeen) device.lastSeen = now;
}

/** Applies a `state`. A retained one tells facts, but is no sign of life. */
export function applyState(
  device: Device,
  state: DeviceState,
  now: number,
  retained: boolean,
): void {
  if (!state.online) {
    if (device.state?.session === state.session) device.online = false;
    return;
  }
  const previous = device.state;
  if (
    previous !== undefined &&
    previous.machine !== state.machine &&
    now - device.lastSeen < CLONE_WINDOW_MS
  ) {
    raise(device, 'clone', now, `machines ${previous.machine} and ${state.machine}`);
  }
  followEpochs(device, state, now);
  device.state = state;
  if (!retained) device.online = true;
}

export function raise(device: Device, code: ProblemCode, now: number, detail: string): void {
  const since = device.problems.get(code)?.since ?? now;
  device.problems.set(code, { since, lastAt: now, detail });
}

export function forgetOldProblems(device: Device, now: number): void {
  for (const [code, { lastAt }] of device.problems) {
    if (now - lastAt > PROBLEM_MEMORY_MS) device.problems.delete(code);
  }
}

export function addGap(device: Device, gap: GapRecord): void {
  device.gaps.push(gap);
  if (device.gaps.length > MAX_GAPS) {
    device.gaps.shift();
    device.gapsDropped++;
  }
}

/** Whether the device counts as up; `undefined` while the collector is too young to know. */
export function isUp(device: Device, now: number, startedAt: number): boolean | undefined {
  const silence = 1500 * (device.state?.heartbeatSeconds ?? 60);
  if (device.lastSeen > 0 && now - device.lastSeen <= silence) return true;
  const heardThisLife = device.lastSeen >= startedAt;
  return heardThisLife || now - startedAt > silence ? false : undefined;
}

function followEpochs(device: Device, state: OnlineState, now: number): void {
  const current = state.epochs.at(-1)?.epoch;
  if (current === undefined || device.epochs.at(-1) === current) return;
  if (device.epochs.includes(current)) {
    raise(device, 'epoch-returned', now, `epoch ${current}`);
    return;
  }
  for (const { epoch } of state.epochs)
    if (!device.epochs.includes(epoch)) device.epochs.push(epoch);
  device.epochs.splice(0, device.epochs.length - MAX_EPOCHS);
}
