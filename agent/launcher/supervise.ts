/** Where no service manager is: runs what `current` leads to, and starts it again where that is meant. */
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isOnTrial, leaveOverdue, prepareLaunch } from '../io/updates/launcher.ts';
import type { Disk } from '../ports/updates.ts';

export interface Supervised {
  /** Folder of the agent's slots. */
  readonly root: string;
  /** For the agent. */
  readonly args: readonly string[];
  readonly disk: Disk;
  readonly say: (text: string) => void;
}

/** EX_TEMPFAIL: the agent ends in order to be started again. */
const RESTART_CODE = 75;
const AGAIN_MS = 500;
/** As TimeoutStopSec= of the unit. */
const STOP_MS = 30_000;
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** Resolves with the agent's exit code when it has ended for good. */
export async function supervise({ root, args, disk, say }: Supervised): Promise<number> {
  let child: ChildProcess | undefined;
  const stopping = new AbortController();
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (signal !== 'SIGHUP') stopping.abort();
      child?.kill(signal);
    });
  }
  for (;;) {
    const { text, withinMs } = await prepareLaunch(root, disk);
    say(text);
    if (stopping.signal.aborted) return 0;
    child = spawn(process.execPath, [join(root, 'current', 'main.js'), ...args], {
      stdio: 'inherit',
    });
    const limit = withinMs === undefined ? undefined : trialTimer(child, withinMs);
    const code = await ended(child);
    const isLed = limit?.stop() ?? false;
    if (stopping.signal.aborted) return code;
    const isAgain = code === RESTART_CODE || isLed || (await isOnTrial(root, disk));
    if (!isAgain) return code;
    // A signal during it ends the launcher at the top of the loop.
    await pause(AGAIN_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
  }

  /** Of a version that runs, and does not get itself committed or back. */
  function trialTimer(of: ChildProcess, withinMs: number): { stop(): boolean } {
    let isLed = false;
    let kill: NodeJS.Timeout | undefined;
    const over = setTimeout(() => {
      void leaveOverdue(root, disk).then((text) => {
        say(text);
        if (text === '') return;
        isLed = true;
        of.kill('SIGTERM');
        kill = setTimeout(() => of.kill('SIGKILL'), STOP_MS);
      });
    }, withinMs);
    return {
      stop() {
        clearTimeout(over);
        clearTimeout(kill);
        return isLed;
      },
    };
  }
}

function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      // As a shell says it.
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
