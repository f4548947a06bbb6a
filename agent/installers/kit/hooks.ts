/**
 * Runs a program of a release: never as root, in a transient scope of systemd with limits where
 * there is systemd, and never for longer than its time.
 */
import { posix } from 'node:path';
import type { ReleaseHooks } from '../../../protocol/release.ts';
import { UpdateError } from '../../core/updates/codes.ts';
import type { InstallContext, InstallJob } from '../installer.ts';

export type HookName = Exclude<keyof ReleaseHooks, 'timeoutMs'>;

export interface HookSurroundings {
  readonly isRoot: boolean;
  readonly hasSystemd: boolean;
  /** Who it becomes, where we are root. */
  readonly user: string;
  readonly timeoutMs: number;
}

const MEMORY_MAX = '256M';
const TASKS_MAX = '64';

/** The whole command line. Pure. */
function sandboxed(
  command: readonly [string, ...string[]],
  { isRoot, hasSystemd, user, timeoutMs }: HookSurroundings,
): readonly [string, ...string[]] {
  // Without root there is nobody else to become, and the agent's own unit has limits.
  if (!isRoot) return command;
  if (!hasSystemd) {
    const to = [`--reuid=${user}`, `--regid=${user}`, '--clear-groups', '--no-new-privs'];
    return ['setpriv', ...to, '--inh-caps=-all', '--', ...command];
  }
  const limits = [
    `MemoryMax=${MEMORY_MAX}`,
    `TasksMax=${TASKS_MAX}`,
    `RuntimeMaxSec=${Math.ceil(timeoutMs / 1000)}`,
    'CPUWeight=50',
  ];
  return [
    'systemd-run',
    '--scope',
    '--quiet',
    '--collect',
    `--uid=${user}`,
    `--gid=${user}`,
    ...limits.map((one) => `--property=${one}`),
    '--',
    ...command,
  ];
}

function environmentOf({ to, from }: InstallJob): Record<string, string> {
  return {
    MUSTER_PACKAGE: to.manifest.name,
    MUSTER_VERSION: to.manifest.version,
    MUSTER_FROM_VERSION: from?.manifest.version ?? '',
  };
}

/** Programs of a release are in it: `folder` is where it was unpacked. */
export async function runHook(
  name: HookName,
  folder: string,
  user: string,
  job: InstallJob,
  { runner, machine, signal, print }: InstallContext,
): Promise<void> {
  const { hooks } = job.to.manifest;
  const [program, ...args] = hooks?.[name] ?? [];
  if (hooks === undefined || program === undefined) return;
  const path = posix.join(folder, program);
  if (!path.startsWith(`${folder}/`)) {
    throw new UpdateError('hook-failed', `${name}: ${program} is not within the release`);
  }
  const { timeoutMs } = hooks;
  const surroundings = { ...machine, user, timeoutMs };
  const result = await runner.run(sandboxed([path, ...args], surroundings), {
    ...{ timeoutMs, signal, cwd: folder, env: environmentOf(job) },
    output: (text) => print(text.trimEnd()),
  });
  if (result.code === 0) return;
  const why = result.timedOut
    ? `did not end within ${timeoutMs / 1000} s`
    : (result.refused ?? `ended with ${result.code ?? result.signal}`);
  throw new UpdateError('hook-failed', `${name}: ${program} ${why}`);
}
