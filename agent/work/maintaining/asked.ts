/** Runs that somebody asked for now: a person, a command, a remedy. They wait for the one that runs. */
import type { TaskConfig } from '../../config/tasks.ts';
import type { Queued } from '../../core/tasks/queue.ts';

export interface AskOptions {
  readonly dryRun: boolean;
  /** `command:<id>`, `check:<name>`. */
  readonly trigger: string;
  /** UTC milliseconds; what could not begin until then does not begin. */
  readonly deadline?: number;
  /** Hears what the run prints while it runs. */
  readonly output?: (text: string) => void;
}

type Answer = (answer: { readonly ok: boolean; readonly text: string }) => void;

export interface AskedRun extends Queued {
  readonly config: TaskConfig;
  readonly options: AskOptions;
  readonly answer: Answer;
}

const MOST = 32;

export class Asked {
  #runs: readonly AskedRun[] = [];

  add(
    name: string,
    config: TaskConfig,
    options: AskOptions,
    planned: number,
  ): Promise<{ readonly ok: boolean; readonly text: string }> {
    return new Promise((answer) => {
      if (this.#runs.length >= MOST) answer({ ok: false, text: `${MOST} runs wait already` });
      else {
        const { priority } = config;
        const run = { name, config, options, answer, priority, planned, asked: true };
        this.#runs = [...this.#runs, run];
      }
    });
  }

  waits(): boolean {
    return this.#runs.length > 0;
  }

  /** Those whose deadline has passed are told so. */
  waiting(now: number): readonly AskedRun[] {
    this.#end(
      ({ options }) => options.deadline !== undefined && now >= options.deadline,
      'it could not begin before its deadline',
    );
    return this.#runs;
  }

  begin(answer: Answer): void {
    this.#runs = this.#runs.filter((run) => run.answer !== answer);
  }

  cancel(name: string): boolean {
    return this.#end((run) => run.name === name, 'it was cancelled');
  }

  clear(why: string): void {
    this.#end(() => true, why);
  }

  #end(which: (run: AskedRun) => boolean, text: string): boolean {
    const ended = this.#runs.filter(which);
    this.#runs = this.#runs.filter((run) => !ended.includes(run));
    for (const { answer } of ended) answer({ ok: false, text });
    return ended.length > 0;
  }
}
