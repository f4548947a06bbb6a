/** The collector's commands beside `run`, each loaded when it is called. */
import type { CommandIo } from '../ports/commands.ts';
import type { Command } from './command.ts';

const collectorCommands: Readonly<Record<string, Command>> = {
  init: {
    summary: 'write a first configuration file and make the data folder',
    usage: ['init [--config FILE] [--data DIR]'],
    run: async (args, io) => (await import('./init.ts')).init(args, io),
  },
  verify: {
    summary: 'read everything that is kept and say what is damaged; changes nothing',
    usage: ['verify [--config FILE] [--data DIR] [--json]'],
    run: async (args, io) => (await import('./verify.ts')).verify(args, io),
  },
  config: {
    summary: 'check a configuration file, print the one in effect or its schema',
    usage: ['config check [FILE] [--json]', 'config show [FILE] [--json]', 'config schema'],
    run: async (args, io) => (await import('./config.ts')).config(args, io),
  },
};

/** Runs a command of the table; `--help` and wrong arguments are answered with its usage. */
export async function runCollectorCommand(
  name: string,
  args: readonly string[],
  io: CommandIo,
): Promise<number> {
  const command = collectorCommands[name];
  const { asksForHelp, EXIT, UsageError, usageOf } = await import('./command.ts');
  if (command === undefined) {
    io.err(`muster-collector: no command ${name}\n${collectorUsage()}`);
    return EXIT.usage;
  }
  if (asksForHelp(args)) {
    io.out(usageOf(command));
    return EXIT.ok;
  }
  try {
    return await command.run(args, io);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    io.err(`muster-collector ${name}: ${error.message}\n${usageOf(command)}`);
    return EXIT.usage;
  }
}

/** The list of commands for `--help`, without `run`, which main adds. */
export function collectorUsage(): string {
  return Object.values(collectorCommands)
    .flatMap(({ usage, summary }) => [
      ...usage.map((line) => `  muster-collector ${line}`),
      `      ${summary}`,
    ])
    .map((line) => `${line}\n`)
    .join('');
}
