/**
 * Runs trials in a child, which is replaced when it dies or does not answer. An assertion of LevelDB
 * ends it as it ends the program, which is started again by then (`Restart=always`).
 */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { Job, Trial } from './side.ts';

/** A trial takes a second or two; beyond this it hangs, however busy the machine. */
const HANGS_MS = 120_000;
/** Two lives that end alike are what the next one knows the damage by. */
const LIVES = 3;
const DIED = 'the program died: ';
const WORKER = join(import.meta.dirname, 'trial-worker.ts');

export class TrialProcess {
  private child: ChildProcess | undefined;
  private readonly hangsMs: number;

  constructor(hangsMs = HANGS_MS) {
    this.hangsMs = hangsMs;
  }

  async try(side: string, job: Job): Promise<Trial> {
    for (let life = 1; ; life++) {
      const trial = await this.once(side, { ...job, life });
      if (trial.problems[0] !== `${DIED}SIGABRT` || life === LIVES) return trial;
    }
  }

  private once(side: string, job: Job): Promise<Trial> {
    const child = this.running();
    return new Promise((resolve) => {
      const over = (trial: Trial) => {
        clearTimeout(timer);
        child.removeAllListeners('message').removeAllListeners('exit');
        resolve(trial);
      };
      const died = (how: string) => {
        this.child = undefined;
        over({ problems: [how], lost: '?', told: '?', verify: '?', cpu: 0 });
      };
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        died('the program hung');
      }, this.hangsMs);
      child.once('message', (trial) => {
        // What did not start may still have the folder open, which the next trial needs.
        if ((trial as Trial).lost === '?') this.end();
        over(trial as Trial);
      });
      child.once('exit', (code, signal) => died(`${DIED}${signal ?? code}`));
      child.send({ side, job });
    });
  }

  end(): void {
    this.child?.kill('SIGKILL');
    this.child = undefined;
  }

  private running(): ChildProcess {
    this.child ??= fork(WORKER, {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    return this.child;
  }
}
