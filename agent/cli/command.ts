/** The form of a command, and what all of them share. */

import type { ParseArgsConfig } from 'node:util';
import { parseArgs } from 'node:util';
import { formatProblem } from '../../protocol/config/problem.ts';
import type { LoadedAgentConfig } from '../config.ts';
import { findAgentConfig, loadAgentConfig } from '../config.ts';
import type { CommandIo } from '../ports/world.ts';
import type { Sampler } from '../samplers/sampler.ts';

export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  /** How to call it, a line for each form. */
  readonly usage: readonly string[];
  /** Resolves with the exit code; rejects only for bugs and for a `UsageError`. */
  run(args: readonly string[], io: CommandIo): Promise<number>;
}

/** Before `--`: after it, and as the value of an option (`--reason=--help`), it is a text like others. */
export function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  const options = end < 0 ? args : args.slice(0, end);
  return options.some((one) => one === '--help' || one === '-h');
}

/** Each form of it, and what it is for. */
export function usageOf({ usage, summary }: Command): string {
  const lines = usage.map((line) => `  muster-agent ${line}\n`);
  return `${lines.join('')}      ${summary}\n`;
}

/** Arguments that make no sense: exit code 2. */
export class UsageError extends Error {}

type Options = NonNullable<ParseArgsConfig['options']>;

/** Parses or throws a `UsageError`. */
export function parsed<O extends Options>(
  args: readonly string[],
  options: O,
  positionals = false,
) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: positionals });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** The configuration that the agent would start with, or `undefined` after saying what is wrong. */
export async function configuration(
  explicit: string | undefined,
  io: CommandIo,
  among?: readonly Sampler[],
): Promise<(LoadedAgentConfig & { readonly ok: true }) | undefined> {
  const path = await findAgentConfig(explicit, io.env);
  const loaded = await loadAgentConfig(path, io.env, among);
  if (loaded.ok) return loaded;
  for (const problem of loaded.problems) io.err(`${formatProblem(problem, path)}\n`);
  return undefined;
}
