/**
 * What stands around a program of a release. As root it becomes somebody else and gets a scope of
 * systemd; without systemd a process namespace, where the kernel gives one. An agent that is not
 * root has nobody else to become: the limits are then those of its own unit, and what can be lowered.
 */
import { UpdateError } from '../../core/updates/codes.ts';
import type { InstallContext } from '../installer.ts';

export type Command = readonly [string, ...string[]];

export interface Sandbox {
  /** Before the command. */
  readonly around: readonly string[];
  /** How it runs, for the report. */
  readonly words: string;
  /** Of systemd; to be stopped afterwards. */
  readonly scope?: string;
}

export interface Wanted {
  readonly user: string;
  readonly timeoutMs: number;
}

const ASK_MS = 10_000;
const MEMORY_MIB = 256;
const TASKS = 64;
/** Without a scope: of all processes of that user, so with some room. */
const PROCESSES = 256;

const CORE = '--core=0';
/** Private memory of one process; address space would forbid what reserves much and uses little. */
const DATA = `--data=${MEMORY_MIB * 1024 * 1024}`;

export async function sandboxOf(wanted: Wanted, context: InstallContext): Promise<Sandbox> {
  const { isRoot, hasSystemd } = context.machine;
  if (!isRoot) return ofOwn(context);
  const ids = await idsOf(wanted.user, context);
  const other = becoming(ids);
  if (hasSystemd) return inScope(wanted, other);
  const limits = ['prlimit', CORE, DATA, `--nproc=${PROCESSES}`, '--'];
  const who = `as ${wanted.user}, without new privileges, ${MEMORY_MIB} MB a process, ${PROCESSES} processes`;
  if (await works(NAMESPACE, context)) {
    const words = `${who}, in a process namespace (there is no systemd for a scope)`;
    return { around: [...NAMESPACE, ...other, ...limits, ...FIRST], words };
  }
  const words = `${who} (no systemd for a scope, no process namespace: what it leaves behind stays)`;
  return { around: [...other, ...limits], words };
}

/** Ends with its first process, and everything that it started with it. */
const NAMESPACE = ['unshare', '--pid', '--mount-proc', '--fork', '--kill-child', '--'] as const;
/** The first process of a namespace hears no signals that it does not handle, and has to bury others. */
const FIRST = ['sh', '-c', '"$@"; exit $?', 'hook'] as const;

function inScope({ user, timeoutMs }: Wanted, other: readonly string[]): Sandbox {
  const scope = `muster-hook-${process.pid}-${process.hrtime.bigint()}.scope`;
  const properties = [
    `MemoryMax=${MEMORY_MIB}M`,
    `TasksMax=${TASKS}`,
    `RuntimeMaxSec=${Math.ceil(timeoutMs / 1000)}`,
    'CPUWeight=50',
  ].map((one) => `--property=${one}`);
  const run = ['systemd-run', '--scope', '--quiet', '--collect', `--unit=${scope}`];
  const words = `as ${user}, without new privileges, in a scope of systemd: ${MEMORY_MIB} MB, ${TASKS} tasks`;
  return { around: [...run, ...properties, '--', ...other, 'prlimit', CORE, '--'], words, scope };
}

function becoming({ uid, gid }: { readonly uid: string; readonly gid: string }): readonly string[] {
  const to = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--no-new-privs'];
  return ['setpriv', ...to, '--inh-caps=-all', '--bounding-set=-all', '--'];
}

async function ofOwn(context: InstallContext): Promise<Sandbox> {
  const around = ['setpriv', '--no-new-privs', '--', 'prlimit', CORE, DATA, '--'];
  if (await works(around, context)) {
    const words = `as the agent's own user, without new privileges, ${MEMORY_MIB} MB a process`;
    return { around, words };
  }
  return { around: [], words: "as the agent's own user, within the limits of its unit alone" };
}

async function works(around: readonly string[], context: InstallContext): Promise<boolean> {
  const { runner, signal } = context;
  const command = [...around, 'true'] as unknown as Command;
  return (await runner.run(command, { timeoutMs: ASK_MS, signal })).code === 0;
}

/** By number: a group need not be called as its user is. */
async function idsOf(user: string, { runner, signal }: InstallContext) {
  const ask = async (what: '-u' | '-g') => {
    const asked = ['id', what, '--', user] as const;
    const { code, stdout } = await runner.run([...asked], { timeoutMs: ASK_MS, signal });
    const id = stdout.trim();
    if (code === 0 && /^\d+$/.test(id)) return id;
    throw new UpdateError(
      'hook-failed',
      `there is no user ${user} for the programs of the release`,
    );
  };
  const ids = { uid: await ask('-u'), gid: await ask('-g') };
  if (ids.uid !== '0') return ids;
  throw new UpdateError('hook-failed', 'programs of a release never run as root');
}
