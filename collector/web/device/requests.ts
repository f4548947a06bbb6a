/** What the view of a device asks for beside the device: what is wanted of it, and its commands. */
import type { FlagValue, Tree } from '../../../protocol/messages/tree.ts';
import { listenTo } from '../api.ts';
import type { Signed } from '../ask-first.ts';
import { API, call, get } from '../call.ts';

export interface PageDesired {
  readonly state: 'unasked' | 'pending' | 'trying' | 'applied' | 'refused' | 'rolled-back';
  /** 0 while nothing was wanted. */
  readonly version: number;
  readonly issuedAt: number;
  readonly config: Tree;
  readonly flags: Readonly<Record<string, FlagValue>>;
  /** What rollouts want of it. */
  readonly packages: readonly { readonly name: string; readonly version: string }[];
  readonly layers: readonly {
    readonly id: string;
    readonly version: number;
    readonly variant: 'new' | 'before';
  }[];
  /** Why it cannot be published; empty when it can. */
  readonly problem: string;
}

export function fetchDesired(device: string): Promise<PageDesired> {
  return get(`${API}/devices/${encodeURIComponent(device)}/desired`);
}

export interface PageCommand {
  readonly id: string;
  readonly selector: string;
  readonly name: string;
  readonly args: Readonly<Record<string, string>>;
  readonly by: string;
  readonly comment: string;
  /** UTC milliseconds; `endedAt` is 0 while devices are awaited. */
  readonly issuedAt: number;
  readonly deadline: number;
  readonly endedAt: number;
}

/** How far one device is. */
export interface CommandTarget {
  readonly device: string;
  readonly state: string;
  readonly attempts: number;
  readonly text: string;
  /** UTC milliseconds; 0 while it is not over. */
  readonly endedAt: number;
}

/** A command that went to a device. */
export interface Sent extends PageCommand {
  readonly target: CommandTarget;
}

type CommandEvent =
  | { readonly kind: 'device'; readonly data: CommandTarget }
  | {
      readonly kind: 'output';
      readonly data: { readonly part: number; readonly output: string };
    };

const COMMANDS = `${API}/commands`;
const path = (id: string): string => `${COMMANDS}/${encodeURIComponent(id)}`;

export async function fetchCommands(device: string, limit: number): Promise<readonly Sent[]> {
  const query = new URLSearchParams({ device, limit: String(limit) });
  return (await get<{ commands: Sent[] }>(`${COMMANDS}?${query}`)).commands;
}

/** How commands go on; `query`: of which device, which command, with its output. */
export function followCommands(
  query: Readonly<Record<string, string>>,
  receive: (event: CommandEvent) => void,
): () => void {
  const events = `commands/events?${new URLSearchParams(query)}`;
  return listenTo(events, ['device', 'output'], receive);
}

export async function fetchOutput(id: string, device: string): Promise<string> {
  const url = `${path(id)}/devices/${encodeURIComponent(device)}/output`;
  return (await get<{ output: string }>(url)).output;
}

export interface CommandDraft {
  readonly selector: string;
  readonly name: string;
  readonly args: Readonly<Record<string, string>>;
  /** e.g. `10m`. */
  readonly deadline: string;
}

export async function sendCommand(draft: CommandDraft, signed: Signed): Promise<void> {
  await call('POST', COMMANDS, { ...draft, ...signed });
}

export async function cancelCommand(id: string, by: string): Promise<void> {
  await call('POST', `${path(id)}/cancel`, { by });
}
