/** muster-collector: argv, signals and exit codes. */
import { VERSION } from '../protocol/version.ts';
import { commandIo } from './app/command-io.ts';
import type { Signals } from './app/run.ts';
import { collectorUsage, runCollectorCommand } from './commands/index.ts';

const USAGE = `muster-collector: receives, stores and shows what a fleet of devices reports

  muster-collector run [--config FILE]
      run as a service until SIGTERM; SIGHUP reloads the configuration
${collectorUsage()}  muster-collector --help | --version
`;

async function main([command, ...rest]: readonly string[]): Promise<number> {
  if (command === '--version') return print(`${VERSION}\n`);
  if (command === undefined || command === '--help' || command === 'help') return print(USAGE);
  if (command === 'run') return runService(rest);
  return runCollectorCommand(command, rest, commandIo());
}

async function runService(args: readonly string[]): Promise<number> {
  const [option, path, ...more] = args;
  if (option === '--help') return print(USAGE);
  const odd = option !== undefined && (option !== '--config' || path === undefined);
  if (odd || more.length > 0) {
    process.stderr.write(`muster-collector run: unexpected ${args.join(' ')}\n\n${USAGE}`);
    return 2;
  }
  const signals = listen();
  const { run } = await import('./app/run.ts');
  return run(path, process.env, signals);
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
