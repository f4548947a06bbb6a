/** `muster-agent check`: what the checks of the running agent found, or one run of them here. */
import type { CommandIo } from '../ports/world.ts';
import { runChecks, type ShownHealth } from './check-now.ts';
import { configuration, EXIT, parsed, UsageError } from './command.ts';
import { candidates } from './status.ts';

const OPTIONS = {
  json: { type: 'boolean' },
  now: { type: 'boolean' },
  config: { type: 'string' },
  socket: { type: 'string' },
} as const;

const NOT_RUNNING = 3;

export async function check(args: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parsed(args, OPTIONS, true);
  if (values.now === true && values.socket !== undefined) {
    throw new UsageError('--now runs the checks here and asks no agent: leave --socket out');
  }
  const health =
    values.now === true
      ? await here(values.config, positionals, io)
      : await ofAgent(values.socket, values.config, io);
  if (typeof health === 'number') return health;
  const shown = named(health, positionals);
  io.out(values.json === true ? `${JSON.stringify(shown, undefined, 2)}\n` : table(shown));
  return isHealthy(shown, positionals) ? EXIT.ok : EXIT.failed;
}

/** The exit code instead, after saying what is wrong. */
async function ofAgent(
  socket: string | undefined,
  file: string | undefined,
  io: CommandIo,
): Promise<ShownHealth | number> {
  const sockets = await candidates(socket, file, io);
  if (sockets === undefined) return EXIT.failed;
  const refusals: string[] = [];
  for (const path of sockets) {
    const answer = await io.world.agentStatus(path, '/health');
    if (answer.ok && isHealth(answer.value)) return answer.value;
    refusals.push(`${path}: ${answer.ok ? 'this agent tells no health' : answer.why}`);
  }
  io.err(`No agent answers.\n${refusals.map((line) => `  ${line}\n`).join('')}`);
  io.err('With --now the checks of the configuration file are run by this command instead.\n');
  return NOT_RUNNING;
}

async function here(
  file: string | undefined,
  names: readonly string[],
  io: CommandIo,
): Promise<ShownHealth | number> {
  const loaded = await configuration(file, io);
  if (loaded === undefined) return EXIT.failed;
  const { checks = {}, folder } = loaded.config;
  refuseUnknown(names, Object.keys(checks));
  return runChecks(checks, names, folder, io);
}

function isHealth(value: unknown): value is ShownHealth {
  const { overall, checks } = value as Partial<ShownHealth>;
  return typeof overall === 'string' && Array.isArray(checks);
}

function named(health: ShownHealth, names: readonly string[]): ShownHealth {
  if (names.length === 0) return health;
  refuseUnknown(
    names,
    health.checks.map(({ name }) => name),
  );
  return { ...health, checks: health.checks.filter(({ name }) => names.includes(name)) };
}

function refuseUnknown(names: readonly string[], known: readonly string[]): void {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new UsageError(`no check ${unknown}; there are: ${known.join(', ') || 'none'}`);
}

/** Of the device, or of the checks that were asked for. */
function isHealthy({ overall, checks }: ShownHealth, names: readonly string[]): boolean {
  if (names.length === 0) return overall === 'healthy';
  return checks.every(({ state }) => state === 'ok' || state === 'warning');
}

function table({ overall, reason, checks }: ShownHealth): string {
  const head = reason === '' ? overall : `${overall}: ${reason}`;
  const width = Math.max(0, ...checks.map(({ name }) => name.length));
  const lines = checks.map(({ name, state, text, since, pending }) => {
    const when = since === undefined || pending === true ? '' : ` (since ${since.slice(0, 19)}Z)`;
    return `${(pending === true ? 'pending' : state).padEnd(8)}  ${name.padEnd(width)}  ${text}${when}\n`;
  });
  return `${head}\n${lines.length === 0 ? 'no checks are configured\n' : lines.join('')}`;
}
