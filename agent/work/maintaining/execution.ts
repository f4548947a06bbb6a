/**
 * One run of an executor, here or in the helper: bounded in time, stopped when asked, and never a
 * harm to who started it, whatever the executor does.
 */
import { REPORT_LIMITS, type ReportState } from '../../../protocol/messages/report.ts';
import type { TaskConfig } from '../../config/tasks.ts';
import type { Helper } from '../../ports/caretaking.ts';
import type { Cancel, Clock } from '../../ports.ts';
import type { Task, TaskContext, TaskOutcome } from '../../tasks/task.ts';
import { outcomeFrom } from './outcome.ts';
import { Tail } from './tail.ts';

/** What executors reach the world by, but for what each run has of its own. */
export type TaskWorld = Omit<
  TaskContext,
  'clock' | 'name' | 'signal' | 'timeoutMs' | 'dryRun' | 'print'
>;

export interface ExecutionDeps {
  readonly clock: Clock;
  readonly helper: Helper;
  readonly world: TaskWorld;
  /** Rejects when the kind cannot be loaded. */
  load(kind: string): Promise<Task>;
}

export interface Ending {
  readonly state: ReportState;
  readonly text: string;
  readonly output: string;
  readonly changes: readonly string[];
  readonly figures: ReadonlyMap<string, number>;
  readonly permanent: boolean;
}

type Stop = 'timed-out' | 'cancelled' | 'interrupted';

const WHY: Readonly<Record<Stop, string>> = {
  'timed-out': 'it took too long',
  cancelled: 'it was cancelled',
  interrupted: 'the agent was stopped',
};

/** A program is killed 5 s after it was told to stop. Who does not stop then is left to itself. */
const PATIENCE_MS = 10_000;

export class Execution {
  readonly #deps: ExecutionDeps;
  readonly #name: string;
  readonly #config: TaskConfig;
  readonly #dryRun: boolean;
  readonly #tail = new Tail(REPORT_LIMITS.outputBytes);
  readonly #controller = new AbortController();
  #stop: Stop | undefined;
  #timers: Cancel[] = [];
  #giveUp: () => void = () => undefined;
  #listener: (text: string) => void = () => undefined;

  constructor(deps: ExecutionDeps, name: string, config: TaskConfig, dryRun: boolean) {
    this.#deps = deps;
    this.#name = name;
    this.#config = config;
    this.#dryRun = dryRun;
  }

  stop(why: Stop): void {
    if (this.#stop !== undefined) return;
    this.#stop = why;
    this.#controller.abort(new Error(WHY[why]));
    this.#timers.push(this.#deps.clock.after(PATIENCE_MS, () => this.#giveUp()));
  }

  /** From now on `listener`, which must not throw, hears what is printed. */
  listen(listener: (text: string) => void): void {
    this.#listener = listener;
  }

  /** Never rejects. */
  async run(): Promise<Ending> {
    const { clock } = this.#deps;
    const left = new Promise<TaskOutcome>((resolve) => {
      const text = 'and it did not stop when it was told to';
      this.#giveUp = () => resolve({ ok: false, text, changes: [], figures: {} });
    });
    this.#timers.push(clock.after(this.#config.timeout, () => this.stop('timed-out')));
    const work = this.#work().catch((error: unknown) => failure(error));
    const outcome = await Promise.race([work, left]);
    for (const cancel of this.#timers) cancel();
    return this.#ending(outcome);
  }

  async #work(): Promise<TaskOutcome> {
    return this.#config.root ? this.#inHelper() : this.#here();
  }

  async #here(): Promise<TaskOutcome> {
    const { clock, world, load } = this.#deps;
    const task = await load(this.#config.kind);
    const outcome = await task.run(this.#config.options, {
      ...world,
      clock,
      name: this.#name,
      signal: this.#controller.signal,
      timeoutMs: this.#config.timeout,
      dryRun: this.#dryRun,
      print: (line) => this.#print(`${line}\n`),
    });
    return outcomeFrom(outcome) ?? failure('the executor answered nothing that is an outcome');
  }

  async #inHelper(): Promise<TaskOutcome> {
    const timeoutMs = this.#config.timeout;
    const answer = await this.#deps.helper.ask(
      { verb: 'run-task', task: this.#name, dryRun: this.#dryRun, timeoutMs },
      { signal: this.#controller.signal, output: (text) => this.#print(text) },
    );
    const { ok, text } = answer;
    return outcomeFrom(answer.outcome) ?? { ok, text, changes: [], figures: {} };
  }

  #print(text: string): void {
    this.#tail.add(text);
    this.#listener(text);
  }

  /** What was done in spite of being told to stop is done. */
  #ending(outcome: TaskOutcome): Ending {
    const { ok, text, changes, figures, permanent } = outcome;
    const stopped = ok ? undefined : this.#stop;
    const said = stopped === undefined ? text : `${WHY[stopped]}: ${text}`;
    return {
      state: ok ? 'succeeded' : (stopped ?? 'failed'),
      text: this.#dryRun ? `dry run: ${said}` : said,
      output: this.#tail.text(),
      changes: changes.slice(0, REPORT_LIMITS.changes),
      figures: new Map(Object.entries(figures)),
      permanent: permanent === true,
    };
  }
}

function failure(error: unknown): TaskOutcome {
  const text = error instanceof Error ? error.message : String(error);
  return { ok: false, text, changes: [], figures: {} };
}
