/** muster-agent: argv, signals and exit codes. */

import { VERSION } from '../protocol/version.ts';
import type { Signals } from './app/run.ts';
import { agentUsage, runAgentCommand } from './cli/index.ts';

const USAGE = `muster-agent: samples this machine and delivers to a collector

  muster-agent run [--config FILE]
      run as a service until SIGTERM; SIGHUP reloads the configuration
${agentUsage()}  muster-agent --help | --version
`;

async function main([command, ...rest]: readonly string[]): Promise<number> {
  if (command === '--version') return print(`${VERSION}\n`);
  if (command === undefined || command === '--help' || command === 'help') return print(USAGE);
  if (command === 'run') return runService(rest);
  const { commandIo } = await import('./app/command-io.ts');
  return runAgentCommand(command, rest, commandIo());
}

async function runService(args: readonly string[]): Promise<number> {
  const [option, path, ...more] = args;
  if (option === '--help') return print(USAGE);
  const odd = option !== undefined && (option !== '--config' || path === undefined);
  if (odd || more.length > 0) {
    process.stderr.write(`muster-agent run: unexpected ${args.join(' ')}\n\n${USAGE}`);
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
    process.stderr.write(`muster-agent: ${text}\n`);
    process.exitCode = 1;
  },
);
