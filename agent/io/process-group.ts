/** Starts a program as the leader of a process group of its own, and sends signals to the group. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { RunOptions } from '../ports/caretaking.ts';

export type Command = readonly [string, ...string[]];
export type Child = ChildProcessByStdio<null, Readable, Readable>;

type Surroundings = Pick<RunOptions, 'env' | 'cwd'>;

const USUAL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

type Launched =
  | { readonly ok: true; readonly child: Child }
  | { readonly ok: false; readonly why: string };

/** Resolves once the program runs, or with the reason why it does not. */
export function launch([program, ...args]: Command, options: Surroundings): Promise<Launched> {
  return new Promise((resolve) => {
    const failed = ({ code, message }: NodeJS.ErrnoException) =>
      resolve({ ok: false, why: code ?? message });
    try {
      const child = spawn(program, args, {
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...basicEnvironment(process.env), ...options.env },
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      });
      child.on('error', failed);
      child.once('spawn', () => resolve({ ok: true, child }));
    } catch (error) {
      // What Node refuses before it asks the kernel, such as a zero byte in an argument.
      failed(error as NodeJS.ErrnoException);
    }
  });
}

/** Secrets of the agent's own environment stay with the agent. */
function basicEnvironment({ PATH, HOME, TZ }: NodeJS.ProcessEnv): Record<string, string> {
  return {
    PATH: PATH ?? USUAL_PATH,
    LANG: 'C.UTF-8',
    ...(HOME === undefined ? {} : { HOME }),
    ...(TZ === undefined ? {} : { TZ }),
  };
}

/** Whether there was anybody to hear it; signal 0 only asks. */
export function signalGroup({ pid }: Child, signal: 'SIGTERM' | 'SIGKILL' | 0): boolean {
  if (pid === undefined) return false;
  try {
    return process.kill(-pid, signal);
  } catch (error) {
    // EPERM: somebody is there who became another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
