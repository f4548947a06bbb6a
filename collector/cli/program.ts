/** The command tree, and what an outcome means for the exit code: 0 done, 1 failed, 2 misused. */
import { Command, CommanderError } from 'commander';
import { DEFAULT_URL } from './client.ts';
import { acknowledge } from './commands/acknowledge.ts';
import { alerts } from './commands/alerts.ts';
import { backups } from './commands/backups.ts';
import { capacity } from './commands/capacity.ts';
import { commands } from './commands/commands.ts';
import { config } from './commands/config.ts';
import { devices } from './commands/devices.ts';
import { events } from './commands/events.ts';
import { feeds } from './commands/feeds.ts';
import { flags } from './commands/flags.ts';
import { health } from './commands/health.ts';
import { maintenance } from './commands/maintenance.ts';
import { notify } from './commands/notify.ts';
import { oncall } from './commands/oncall.ts';
import { quarantine } from './commands/quarantine.ts';
import { query } from './commands/query.ts';
import { release } from './commands/release/index.ts';
import { reports } from './commands/reports.ts';
import { rollouts } from './commands/rollouts/index.ts';
import { rules } from './commands/rules.ts';
import { silences } from './commands/silences.ts';
import { status } from './commands/status.ts';
import { summary } from './commands/summary.ts';
import { tail } from './commands/tail.ts';
import { tasks } from './commands/tasks.ts';
import { CliError, type CliIo } from './io.ts';

const COMMANDS = [
  devices,
  health,
  reports,
  events,
  config,
  flags,
  commands,
  tasks,
  release,
  rollouts,
  tail,
  query,
  alerts,
  acknowledge,
  silences,
  maintenance,
  oncall,
  rules,
  notify,
  summary,
  backups,
  feeds,
  quarantine,
  capacity,
  status,
];

export async function run(args: readonly string[], io: CliIo, version: string): Promise<number> {
  const program = new Command('muster')
    .description('Looks after a fleet through its collector.')
    .version(version)
    .option('--url <address>', `the collector (or MUSTER_URL; default ${DEFAULT_URL})`)
    .option('--json', 'answer in JSON')
    .showHelpAfterError('(add --help for what is possible)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text),
      writeErr: (text) => io.err(text),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  for (const add of COMMANDS) add(program, io);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (io.signal.aborted) return 0;
    io.err(`muster: ${error instanceof CliError ? error.message : String(error)}\n`);
    return error instanceof CliError ? error.exitCode : 1;
  }
}
