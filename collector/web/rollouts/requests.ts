/** What the views of rollouts ask of the collector, and ask it to do. */
import type { DeviceState } from '../../core/rollouts/device-table.ts';
import type { Reason } from '../../core/rollouts/reasons.ts';
import type { RolloutState } from '../../core/rollouts/rollout-table.ts';
import type { StageState } from '../../core/rollouts/stage-table.ts';
import { listen } from '../api.ts';
import type { Signed } from '../ask-first.ts';
import { API, call, get } from '../call.ts';

export type Counts = Readonly<Record<DeviceState, number>>;
type Reasons = Readonly<Partial<Record<Reason, number>>>;

export interface Package {
  readonly name: string;
  readonly version: string;
}

export interface PageRollout {
  readonly id: string;
  readonly name: string;
  readonly packages: readonly Package[];
  readonly target: string;
  readonly priority: number;
  readonly by: string;
  readonly comment: string;
  /** UTC milliseconds; `endedAt` is 0 while it goes on. */
  readonly createdAt: number;
  readonly endedAt: number;
  readonly state: RolloutState;
  readonly why: string;
  readonly counts: Counts;
  readonly before: readonly Package[];
  readonly successRate?: number;
}

export interface PageMeasure {
  readonly expr: string;
  readonly at: number;
  readonly bad: number;
  readonly of: number;
  readonly problem: string;
}

export interface PageStage {
  readonly name: string;
  readonly state: StageState;
  readonly at: number;
  readonly why: string;
  readonly after: readonly string[];
  readonly counts: Counts;
  readonly measures: readonly PageMeasure[];
}

export interface PageRolloutView extends PageRollout {
  readonly stages: readonly PageStage[];
  readonly evidence: {
    readonly updated: number;
    readonly updatedBad: number;
    readonly waiting: number;
    readonly waitingBad: number;
    readonly verdict: string;
  };
  /** Oldest first. */
  readonly log: readonly { readonly at: number; readonly by: string; readonly text: string }[];
  readonly reasons: Reasons;
}

export interface RolloutDevice {
  readonly device: string;
  readonly site: string;
  readonly stage: string;
  readonly state: DeviceState;
  readonly reason?: Reason;
  readonly attempt: number;
  readonly at: number;
  readonly text: string;
}

/** A rollout beside how far one of its devices is. */
export interface DeviceRollout extends PageRollout {
  readonly device: RolloutDevice;
}

export interface DryRun {
  readonly name: string;
  readonly total: number;
  readonly stages: readonly {
    readonly name: string;
    readonly devices: number;
    readonly online: number;
    readonly some: readonly string[];
  }[];
  readonly reasons: Reasons;
  readonly devices: readonly {
    readonly device: string;
    readonly stage: string;
    readonly reason: Reason;
  }[];
}

const ROLLOUTS = `${API}/rollouts`;
const path = (id: string): string => `${ROLLOUTS}/${encodeURIComponent(id)}`;

export async function fetchRollouts(limit: number): Promise<readonly PageRollout[]> {
  return (await get<{ rollouts: PageRollout[] }>(`${ROLLOUTS}?limit=${limit}`)).rollouts;
}

/** Those that a device is or was part of, newest first. */
export async function fetchDeviceRollouts(
  device: string,
  limit: number,
): Promise<readonly DeviceRollout[]> {
  const query = new URLSearchParams({ device, limit: String(limit) });
  return (await get<{ rollouts: DeviceRollout[] }>(`${ROLLOUTS}?${query}`)).rollouts;
}

export function fetchRollout(id: string): Promise<PageRolloutView> {
  return get(path(id));
}

export interface DeviceFilter {
  readonly state: string;
  readonly reason: string;
  /** Only ids after this one. */
  readonly after: string;
}

export async function fetchRolloutDevices(
  id: string,
  filter: DeviceFilter,
  limit: number,
): Promise<readonly RolloutDevice[]> {
  const given = Object.entries({ ...filter, limit: String(limit) }).filter(([, one]) => one !== '');
  const query = new URLSearchParams(given);
  return (await get<{ devices: RolloutDevice[] }>(`${path(id)}/devices?${query}`)).devices;
}

export function reportAddress(id: string, format: 'html' | 'json'): string {
  return `${path(id)}/report?format=${format}`;
}

export function dryRun(file: string): Promise<DryRun> {
  return call('POST', `${ROLLOUTS}/dry-run`, { file });
}

export function startRollout(file: string, signed: Signed): Promise<PageRollout> {
  return call('POST', ROLLOUTS, { file, ...signed });
}

export async function actOn(id: string, action: string, order: object): Promise<void> {
  await call('POST', `${path(id)}/${action}`, order);
}

/** Tells when something has happened to a rollout, several within a moment once. */
export function listenToRollouts(changed: () => void, id?: string): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      changed();
    }, 250);
  };
  const stop = listen(
    { device: '_collector', kinds: ['event'] },
    (message) => {
      if (message.kind !== 'event') return;
      const { name, attributes } = message.data;
      if (!name.startsWith('rollout.')) return;
      if (id === undefined || attributes['rollout'] === id) soon();
    },
    soon,
  );
  return () => {
    clearTimeout(timer);
    stop();
  };
}
