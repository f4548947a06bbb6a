/**
 * What the collector knows of one device, and how a `state` message changes it. Pure: the caller
 * brings the time and stores the result.
 */
import type { Health } from '../../protocol/messages/health.ts';
import type { Reported } from '../../protocol/messages/reported.ts';
import type { DeviceState, OnlineState } from '../../protocol/messages/state.ts';
import type { GapRecord } from './gaps.ts';
import { DeviceLedger } from './ledger.ts';
import { type Problem, type ProblemCode, raise } from './problems.ts';

export interface Device {
  readonly id: string;
  site: string;
  /** UTC milliseconds by the collector's clock. */
  firstSeen: number;
  /** Last message of any kind that was not merely retained; 0 when none was heard yet. */
  lastSeen: number;
  /** The last `state` that said online. */
  state: OnlineState | undefined;
  /** What it last found when it checked itself, and what it says that it runs. */
  health: Health | undefined;
  reported: Reported | undefined;
  readonly ledger: DeviceLedger;
  readonly gaps: GapRecord[];
  gapsDropped: number;
  readonly problems: Map<ProblemCode, Problem>;
  /** Epochs in the order in which the device began them; the last is current. */
  readonly epochs: string[];
  /** Machines that spoke under this id and when each last said so; the last is current. */
  readonly machines: Map<string, number>;
}

const MAX_EPOCHS = 64;
const MAX_MACHINES = 8;
/** A machine that speaks again so soon after another took its place is a clone, not a repair. */
const CLONE_WINDOW_MS = 86_400_000;

export function newDevice(id: string, site: string, now: number, forgetful = false): Device {
  return {
    id,
    site,
    firstSeen: now,
    lastSeen: 0,
    state: undefined,
    health: undefined,
    reported: undefined,
    ledger: new DeviceLedger(forgetful),
    gaps: [],
    gapsDropped: 0,
    problems: new Map(),
    epochs: [],
    machines: new Map(),
  };
}

/** Any message that the device itself just sent is a sign of life. */
export function heard(device: Device, now: number): void {
  device.lastSeen = now;
}

/** Applies a `state` of a live session. What a will says is the broker's word: it changes nothing. */
export function applyState(device: Device, state: DeviceState, now: number): void {
  if (!state.online) return;
  if (isClone(device, state, now)) {
    const others = [...device.machines.keys()].filter((machine) => machine !== state.machine);
    raise(device, 'clone', now, `machines ${[...others, state.machine].sort().join(' and ')}`);
  }
  device.machines.delete(state.machine);
  device.machines.set(state.machine, now);
  dropOldest(device.machines, MAX_MACHINES);
  followEpochs(device, state, now);
  device.state = state;
}

/** A retained `state`, found at a broker, tells facts that nobody told since; it proves no life. */
export function applyRetained(device: Device, state: OnlineState, site: string): void {
  const known = device.state;
  if (device.lastSeen > 0 && known !== undefined) return;
  if (known !== undefined && known.wall >= state.wall) return;
  device.state = state;
  if (device.lastSeen === 0) device.site = site;
}

/** Whether what a broker had kept is newer than what is known; what is told live always is. */
export function isNewer(
  known: { readonly wall: number } | undefined,
  told: { readonly wall: number },
): boolean {
  return known === undefined || told.wall > known.wall;
}

/** Whether another machine took over this id and this one speaks all the same. */
export function isClone(device: Device, { machine }: OnlineState, now: number): boolean {
  const current = [...device.machines.keys()].at(-1);
  const before = device.machines.get(machine);
  return before !== undefined && current !== machine && now - before < CLONE_WINDOW_MS;
}

/**
 * Whether the device counts as up; `undefined` while the collector is too young to know. A device
 * that says it speaks more seldom than `heartbeatMs` is given its own time.
 */
export function isUp(
  device: Device,
  now: number,
  startedAt: number,
  heartbeatMs: number,
): boolean | undefined {
  const silence = 1.5 * Math.max(heartbeatMs, 1_000 * (device.state?.heartbeatSeconds ?? 0));
  // A clock that was set back must not keep a device up that is silent.
  if (device.lastSeen > 0 && Math.abs(now - device.lastSeen) <= silence) return true;
  const heardThisLife = device.lastSeen >= startedAt;
  return heardThisLife || now - startedAt > silence ? false : undefined;
}

function followEpochs(device: Device, state: OnlineState, now: number): void {
  const { epochs } = device;
  const current = state.epochs.at(-1)?.epoch;
  if (current === undefined || epochs.at(-1) === current) return;
  const left = epochs.indexOf(current);
  if (left >= 0) {
    raise(device, 'epoch-returned', now, `epoch ${current}`);
    // Said once for each return: it is the current one again.
    epochs.splice(left, 1);
  }
  for (const { epoch } of state.epochs) if (!epochs.includes(epoch)) epochs.push(epoch);
  if (epochs.length > MAX_EPOCHS) epochs.splice(0, epochs.length - MAX_EPOCHS);
}

function dropOldest(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}
