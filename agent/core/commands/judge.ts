/** Whether a command is obeyed. Nothing outside the device's own list is. */
import { nearest } from '../../../protocol/config/nearest.ts';
import type { RemoteCommand } from '../../../protocol/messages/command.ts';

/** What is known of a kind of command before it runs. */
export interface CommandRules {
  readonly name: string;
  readonly args: readonly string[];
  problem?(args: ReadonlyMap<string, string>): string | undefined;
}

export interface Circumstances {
  readonly kinds: readonly CommandRules[];
  /** Names that this device obeys. */
  readonly allowed: readonly string[];
  /** UTC milliseconds. */
  readonly now: number;
  /** While the time is not known a deadline cannot have passed: the collector sends none that has. */
  readonly trusted: boolean;
}

export type Verdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly state: 'refused' | 'expired'; readonly text: string };

export function judgeCommand(command: RemoteCommand, about: Circumstances): Verdict {
  const { name, args } = command;
  const kind = about.kinds.find((one) => one.name === name);
  if (kind === undefined) return refused(unknown(name, about.kinds));
  if (!about.allowed.includes(name)) {
    return refused(`this device does not obey ${name}: it is not in its commands.allow`);
  }
  const strange = [...args.keys()].filter((key) => !kind.args.includes(key));
  if (strange.length > 0) {
    const known = kind.args.length === 0 ? 'no arguments' : kind.args.join(', ');
    return refused(`${name} knows no argument ${strange.join(', ')}; it takes ${known}`);
  }
  const problem = kind.problem?.(args);
  return problem === undefined ? inTime(command, about) : refused(`${name}: ${problem}`);
}

/** Asked again when a command that waited gets its turn. */
export function inTime(
  { deadline }: Pick<RemoteCommand, 'deadline'>,
  { now, trusted }: Pick<Circumstances, 'now' | 'trusted'>,
): Verdict {
  if (!trusted || now <= deadline) return { ok: true };
  const text = `its deadline passed at ${new Date(deadline).toISOString()}`;
  return { ok: false, state: 'expired', text };
}

function refused(text: string): Verdict {
  return { ok: false, state: 'refused', text };
}

function unknown(name: string, kinds: readonly CommandRules[]): string {
  const names = kinds.map((kind) => kind.name);
  const near = nearest(name, names);
  const hint = near === undefined ? `known are ${names.join(', ')}` : `did you mean ${near}?`;
  return `this agent knows no command ${name}; ${hint}`;
}
