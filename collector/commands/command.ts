/** The form of a command, and what all of them share. */
import type { ParseArgsConfig } from 'node:util';
import { parseArgs } from 'node:util';
import type { CommandIo } from '../ports/commands.ts';

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
  const lines = usage.map((line) => `  muster-collector ${line}\n`);
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
