/** muster-collector: argv, signals and exit codes. */
import { parseArgs } from 'node:util';
import { VERSION } from '../protocol/version.ts';
import { commandIo } from './app/command-io.ts';
import type { Signals } from './app/run.ts';
import { collectorUsage, runCollectorCommand } from './commands/index.ts';

const USAGE = `muster-collector: receives, stores and shows what a fleet of devices reports

  muster-collector run [--config FILE] [--insecure]
      run as a service until SIGTERM; SIGHUP reloads the configuration.
      --insecure allows listeners beyond this machine without encryption and login
${collectorUsage()}  muster-collector --help | --version
`;

async function main([command, ...rest]: readonly string[]): Promise<number> {
  if (command === '--version') return print(`${VERSION}\n`);
  if (command === undefined || command === '--help' || command === 'help') return print(USAGE);
  if (command === 'run') return runService(rest);
  return runCollectorCommand(command, rest, commandIo());
}

async function runService(args: readonly string[]): Promise<number> {
  const options = parse(args);
  if (typeof options === 'string') {
    process.stderr.write(`muster-collector run: ${options}\n\n${USAGE}`);
    return 2;
  }
  if (options.help) return print(USAGE);
  const env = options.insecure ? { ...process.env, MUSTER_INSECURE: 'true' } : process.env;
  const signals = listen();
  const { run } = await import('./app/run.ts');
  return run(options.config, env, signals);
}

/** The options of `run`, or what is wrong with them. */
function parse(
  args: readonly string[],
): { config?: string; insecure?: boolean; help?: boolean } | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        config: { type: 'string' },
        insecure: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
    return values;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Heard from the first moment on: a signal during the start must not be lost. */
function listen(): Signals {
  let reload = () => {};
  process.on('SIGHUP', () => reload());
  const stop = new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  return {
    stop,
    onReload: (action) => {
      reload = action;
    },
  };
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const text = error instanceof Error ? error.message : String(error);
    process.stderr.write(`muster-collector: ${text}\n`);
    process.exitCode = 1;
  },
);
