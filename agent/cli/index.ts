/**
 * The agent's commands beside `run`. Each is loaded when it is called, so that none of them weighs
 * on the agent that runs.
 */
import type { CommandIo } from '../ports/world.ts';
import type { Command } from './command.ts';

const CONFIG = '[--config FILE]';

const agentCommands: Readonly<Record<string, Command>> = {
  sample: {
    summary: 'take one sample of this machine and print it',
    usage: [
      `sample ${CONFIG} [--profile edge|full] [--only NAME,...] [--root DIR] [--prometheus|--json]`,
    ],
    run: async (args, io) => (await import('./sample.ts')).sample(args, io),
  },
  status: {
    summary: 'ask the running agent how it is doing',
    usage: [
      `status [health|tasks|remedies|pressure|desired|commands|flags] ${CONFIG} [--socket PATH] [--json]`,
    ],
    run: async (args, io) => (await import('./status.ts')).status(args, io),
  },
  check: {
    summary: 'what the checks found: exit code 0 healthy, 1 not, 2 wrong usage, 3 no agent answers',
    usage: [`check [NAME ...] ${CONFIG} [--socket PATH] [--now] [--json]`],
    run: async (args, io) => (await import('./check.ts')).check(args, io),
  },
  updates: {
    summary: 'packages: what is wanted, installed and under way, and why not; hold them back',
    usage: [
      `updates ${CONFIG} [--socket PATH] [--json]`,
      `updates hold NAME ${CONFIG} [--reason TEXT]`,
      `updates release NAME ${CONFIG}`,
    ],
    run: async (args, io) => (await import('./updates.ts')).updates(args, io),
  },
  config: {
    summary: 'check a configuration file, print the one in effect or its schema',
    usage: ['config check [FILE] [--json]', 'config show [FILE] [--json]', 'config schema'],
    run: async (args, io) => (await import('./config.ts')).config(args, io),
  },
  doctor: {
    summary: 'look for what keeps the agent from working, with remedies',
    usage: [`doctor ${CONFIG} [--json]`],
    run: async (args, io) => (await import('./doctor.ts')).doctor(args, io),
  },
};

/** Runs a command of the table; `--help` and wrong arguments are answered with its usage. */
export async function runAgentCommand(
  name: string,
  args: readonly string[],
  io: CommandIo,
): Promise<number> {
  const command = agentCommands[name];
  const { asksForHelp, EXIT, UsageError, usageOf } = await import('./command.ts');
  if (command === undefined) {
    io.err(`muster-agent: no command ${name}\n${agentUsage()}`);
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
    io.err(`muster-agent ${name}: ${error.message}\n${usageOf(command)}`);
    return EXIT.usage;
  }
}

/** The list of commands for `--help`, without `run`, which main adds. */
export function agentUsage(): string {
  return Object.values(agentCommands)
    .flatMap(({ usage, summary }) => [
      ...usage.map((line) => `  muster-agent ${line}`),
      `      ${summary}`,
    ])
    .map((line) => `${line}\n`)
    .join('');
}
