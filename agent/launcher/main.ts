/**
 * muster-launcher: starts the agent out of its slots, and leads back from a version that does not
 * stay up. It stands outside of the slots, so that no update of the agent replaces it.
 */
import { parseArgs } from 'node:util';
import { VERSION } from '../../protocol/version.ts';
import { createDisk } from '../io/updates/disk.ts';
import { leaveOverdue, prepareLaunch } from '../io/updates/launcher.ts';
import { supervise } from './supervise.ts';
import { armTrial, restart } from './systemd.ts';

const USAGE = `muster-launcher: starts muster-agent out of the slots of FOLDER

  main.js --prepare FOLDER [--unit UNIT]
      looks after a version on trial, before systemd starts the agent (ExecStartPre=); with --unit it
      is led back and the unit restarted when it runs, but is not committed in time
  main.js --overdue FOLDER --unit UNIT
      what the timer of --prepare calls
  main.js --root FOLDER -- ARGUMENTS
      without systemd: runs FOLDER/current/main.js ARGUMENTS, hands signals on, starts it again when
      it ends with 75 or ends while on trial, and ends with its exit code
`;

function say(text: string): void {
  if (text !== '') process.stderr.write(`muster-launcher: ${text}\n`);
}

async function prepare(root: string, unit: string | undefined): Promise<number> {
  const { text, withinMs } = await prepareLaunch(root, createDisk());
  say(text);
  if (unit !== undefined && withinMs !== undefined) say(await armTrial(root, unit, withinMs));
  return 0;
}

async function giveUp(root: string, unit: string): Promise<number> {
  const text = await leaveOverdue(root, createDisk());
  if (text === '') return 0;
  say(text);
  return restart(unit);
}

function told(args: readonly string[]) {
  const options = {
    prepare: { type: 'string' },
    overdue: { type: 'string' },
    root: { type: 'string' },
    unit: { type: 'string' },
  } as const;
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { ...values, rest: positionals };
  } catch (error) {
    return (error as Error).message;
  }
}

async function main(args: readonly string[]): Promise<number> {
  if (args[0] === '--version' || args[0] === '--help') {
    process.stdout.write(args[0] === '--version' ? `${VERSION}\n` : USAGE);
    return 0;
  }
  const how = told(args);
  if (typeof how === 'string') return misused(how);
  const { prepare: before, overdue, root, unit, rest } = how;
  const disk = createDisk();
  if (before !== undefined) return prepare(before, unit);
  if (overdue !== undefined && unit !== undefined) return giveUp(overdue, unit);
  if (root !== undefined && rest.length > 0) return supervise({ root, args: rest, disk, say });
  return misused('one of --prepare, --overdue with --unit, or --root with arguments is needed');
}

function misused(why: string): number {
  process.stderr.write(`muster-launcher: ${why}\n\n${USAGE}`);
  return 2;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
