/** What the launcher asks of systemd, as root: a timer for a version on trial, and the restart. */
import { execFile } from 'node:child_process';

/** One at a time: the timer of an earlier start makes room. */
const TRIAL = 'muster-agent-trial';
const ASK_MS = 20_000;

/** What to say when it could not be done: then only starts are counted. */
export async function armTrial(root: string, unit: string, withinMs: number): Promise<string> {
  await asked('systemctl', ['stop', `${TRIAL}.timer`]);
  const why = await asked('systemd-run', [
    ...['--quiet', '--collect', `--unit=${TRIAL}`],
    `--on-active=${Math.ceil(withinMs / 1000)}s`,
    ...[process.execPath, process.argv[1] ?? '', '--overdue', root, '--unit', unit],
  ]);
  return why === '' ? '' : `no timer for the version on trial: ${why}`;
}

export async function restart(unit: string): Promise<number> {
  const why = await asked('systemctl', ['restart', '--no-block', '--', unit]);
  if (why === '') return 0;
  process.stderr.write(`muster-launcher: ${unit} does not restart: ${why}\n`);
  return 1;
}

/** Empty when it succeeded. */
function asked(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: ASK_MS }, (error, _stdout, stderr) => {
      resolve(error === null ? '' : stderr.trim() || error.message);
    });
  });
}
