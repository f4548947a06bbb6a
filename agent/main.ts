/** muster-agent: argv, signals and exit codes. */

import { VERSION } from '../protocol/version.ts';
import { beFrugal } from './app/frugal.ts';
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
  beFrugal();
  const { run } = await import('./app/run.ts');
  return run(path, process.env, signals);
}

/**
 * Heard from the first moment on: a signal during the start must not be lost. Once it stops, more
 * of them change nothing: stopping is short, and cut off it would cost samples.
 */
function listen(): Signals {
  let reload: (() => void) | undefined;
  let asked = false;
  process.on('SIGHUP', () => {
    if (reload === undefined) asked = true;
    else reload();
  });
  const stop = new Promise<void>((resolve) => {
    process.on('SIGTERM', () => resolve());
    process.on('SIGINT', () => resolve());
  });
  return {
    stop,
    onReload: (action) => {
      reload = action;
      if (asked) action();
      asked = false;
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
    // Not by itself: what was started before it failed may keep the process alive.
    process.exit(1);
  },
);
