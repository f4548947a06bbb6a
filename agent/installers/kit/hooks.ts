/** Runs a program of a release: never as root, within limits (`sandbox.ts`), never for longer than its time. */
import { posix } from 'node:path';
import type { ReleaseHooks } from '../../../protocol/release.ts';
import { UpdateError } from '../../core/updates/codes.ts';
import type { RunResult } from '../../ports/caretaking.ts';
import type { InstallContext, InstallJob } from '../installer.ts';
import { type Command, type Sandbox, sandboxOf } from './sandbox.ts';

export type HookName = Exclude<keyof ReleaseHooks, 'timeoutMs'>;

const CLEAN_MS = 20_000;

/** Programs of a release are in it: `folder` is where it was unpacked. */
export async function runHook(
  name: HookName,
  folder: string,
  user: string,
  job: InstallJob,
  context: InstallContext,
): Promise<void> {
  const { hooks } = job.to.manifest;
  const [program, ...args] = hooks?.[name] ?? [];
  if (hooks === undefined || program === undefined) return;
  const path = posix.join(folder, program);
  const isWithin = path.startsWith(`${folder}/`);
  if (!isWithin || !(await context.disk.exists(path))) {
    throw new UpdateError('hook-failed', `${name}: ${program} is not within the release`);
  }
  const sandbox = await sandboxOf({ user, timeoutMs: hooks.timeoutMs }, context);
  context.print(`${name}: ${program} runs ${sandbox.words}`);
  const result = await run([path, ...args], sandbox, folder, { job, context });
  // Its last words: all of it may be more than this machine can hold.
  if (result.tail !== '') context.print(result.tail.trimEnd());
  if (result.code === 0) return;
  const why = result.timedOut
    ? `did not end within ${hooks.timeoutMs / 1000} s`
    : (result.refused ?? `ended with ${result.code ?? result.signal}`);
  throw new UpdateError('hook-failed', `${name}: ${program} ${why}`);
}

async function run(
  command: Command,
  { around, scope }: Sandbox,
  cwd: string,
  { job, context }: { readonly job: InstallJob; readonly context: InstallContext },
): Promise<RunResult> {
  const { runner, signal } = context;
  const { timeoutMs = 0 } = job.to.manifest.hooks ?? {};
  try {
    return await runner.run([...around, ...command] as unknown as Command, {
      ...{ timeoutMs, signal, cwd, env: environmentOf(job) },
    });
  } finally {
    // What it left behind ends with it.
    if (scope !== undefined) {
      await runner.run(['systemctl', 'stop', '--', scope], { timeoutMs: CLEAN_MS });
    }
  }
}

function environmentOf({ to, from }: InstallJob): Record<string, string> {
  return {
    MUSTER_PACKAGE: to.manifest.name,
    MUSTER_VERSION: to.manifest.version,
    MUSTER_FROM_VERSION: from?.manifest.version ?? '',
  };
}
