/** What the views of layers and flags ask of the collector, and ask it to do. */
import type { FlagValue, Tree, TreeValue } from '../../../protocol/messages/tree.ts';
import type { Signed } from '../ask-first.ts';
import { API, call, get } from '../call.ts';

interface Versioned {
  readonly version: number;
  /** UTC milliseconds. */
  readonly at: number;
  readonly by: string;
  readonly comment: string;
  readonly deleted?: boolean;
}

export interface PageLayer extends Versioned {
  /** `fleet`, `site:<site>`, `selector:<name>` or `device:<id>`. */
  readonly id: string;
  readonly config: Tree;
  readonly selector?: string;
  readonly priority: number;
  /** Percent. */
  readonly share: number;
  readonly enabled: boolean;
}

export interface PageRule {
  readonly selector: string;
  readonly value: FlagValue;
  /** Percent. */
  readonly share: number;
}

export interface PageFlag extends Versioned {
  readonly name: string;
  readonly type: 'boolean' | 'number' | 'string';
  readonly description: string;
  readonly default: FlagValue;
  readonly off: FlagValue;
  readonly killed: boolean;
  readonly rules: readonly PageRule[];
  readonly plan?: {
    readonly rule: number;
    readonly steps: readonly { readonly share: number; readonly forMs: number }[];
    readonly step: number;
    readonly maxUnhealthy: number;
    readonly state: 'running' | 'paused' | 'off' | 'done';
    readonly reason: string;
  };
}

export interface Difference {
  readonly path: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly before?: TreeValue;
  readonly after?: TreeValue;
}

export interface DesiredCounts {
  readonly counts: Readonly<Record<string, number>>;
  readonly troubled: readonly {
    readonly device: string;
    readonly state: string;
    readonly problems: readonly { readonly path: string; readonly message: string }[];
  }[];
}

const layerPath = (id: string): string => `${API}/layers/${encodeURIComponent(id)}`;
const flagPath = (name: string): string => `${API}/flags/${encodeURIComponent(name)}`;

export async function fetchLayers(): Promise<readonly PageLayer[]> {
  return (await get<{ layers: PageLayer[] }>(`${API}/layers`)).layers;
}

/** Newest first; the first is what holds. */
export async function fetchLayerHistory(id: string): Promise<readonly PageLayer[]> {
  return (await get<{ versions: PageLayer[] }>(`${layerPath(id)}/history`)).versions;
}

export async function fetchLayerDiff(
  id: string,
  from: number,
  to: number,
): Promise<readonly Difference[]> {
  const url = `${layerPath(id)}/diff?from=${from}&to=${to}`;
  return (await get<{ differences: Difference[] }>(url)).differences;
}

export type LayerDraft = Partial<Pick<PageLayer, 'selector' | 'priority'>> &
  Pick<PageLayer, 'config' | 'share' | 'enabled'>;

export async function putLayer(id: string, draft: LayerDraft, signed: Signed): Promise<void> {
  await call('PUT', layerPath(id), { ...draft, ...signed });
}

export async function revertLayer(id: string, version: number, signed: Signed): Promise<void> {
  await call('POST', `${layerPath(id)}/revert`, { version, ...signed });
}

export async function deleteLayer(id: string, { by, comment }: Signed): Promise<void> {
  await call('DELETE', `${layerPath(id)}?${new URLSearchParams({ by, comment })}`);
}

export async function fetchFlags(): Promise<readonly PageFlag[]> {
  return (await get<{ flags: PageFlag[] }>(`${API}/flags`)).flags;
}

export async function fetchFlagHistory(name: string): Promise<readonly PageFlag[]> {
  return (await get<{ versions: PageFlag[] }>(`${flagPath(name)}/history`)).versions;
}

export async function fetchFlagValues(
  name: string,
): Promise<readonly { readonly value: FlagValue; readonly devices: number }[]> {
  type Answer = { values: { value: FlagValue; devices: number }[] };
  return (await get<Answer>(`${flagPath(name)}/evaluate`)).values;
}

export async function putFlag(name: string, draft: Tree, signed: Signed): Promise<void> {
  await call('PUT', flagPath(name), { ...draft, ...signed });
}

export async function deleteFlag(name: string, { by, comment }: Signed): Promise<void> {
  await call('DELETE', `${flagPath(name)}?${new URLSearchParams({ by, comment })}`);
}

export async function killFlag(name: string, killed: boolean, signed: Signed): Promise<void> {
  await call('POST', `${flagPath(name)}/kill`, { killed, ...signed });
}

export async function shareFlag(
  name: string,
  rule: number,
  share: number,
  signed: Signed,
): Promise<void> {
  await call('POST', `${flagPath(name)}/share`, { rule, share, ...signed });
}

export function fetchDesiredCounts(limit: number): Promise<DesiredCounts> {
  return get(`${API}/desired?limit=${limit}`);
}

export function previewSelector(
  selector: string,
  limit: number,
): Promise<{ readonly total: number; readonly devices: readonly string[] }> {
  return get(`${API}/selectors/preview?${new URLSearchParams({ selector, limit: String(limit) })}`);
}
