/** The one run under way: written down before it begins, told when it has ended, tried again by rule. */
import type { TaskConfig, TasksConfig } from '../../config/tasks.ts';
import { isTriedAgain } from '../../core/tasks/retry.ts';
import type { Log } from '../../ports.ts';
import type { Account } from './account.ts';
import type { Book, Page, Retry, RunStart } from './book.ts';
import { type Ending, Execution, type ExecutionDeps } from './execution.ts';
import { endingOf, type Telling } from './telling.ts';

export interface RunsDeps extends ExecutionDeps {
  readonly log: Log;
  /** From 0 up to 1, for the ids of runs. */
  readonly random: () => number;
}

export interface RunAnswer {
  readonly ok: boolean;
  readonly text: string;
}

/** What is to run. */
export interface Beginning {
  readonly name: string;
  readonly config: TaskConfig;
  readonly start: RunStart;
  readonly text: string;
  /** What becomes true of the task's page with the beginning. */
  readonly decided: Partial<Page>;
  readonly answer: (answer: RunAnswer) => void;
}

interface Current {
  readonly name: string;
  readonly start: RunStart;
  /** What it works on; a dry run works on nothing. */
  readonly claims: readonly string[];
  readonly execution: Execution;
}

export class Runs {
  readonly #deps: RunsDeps;
  readonly #book: Book;
  readonly #telling: Telling;
  readonly #account: Account;
  readonly #tasks: () => TasksConfig['tasks'];
  #current: Current | undefined;
  #done: Promise<void> = Promise.resolve();

  constructor(
    deps: RunsDeps,
    book: Book,
    telling: Telling,
    account: Account,
    tasks: () => TasksConfig['tasks'],
  ) {
    this.#deps = deps;
    this.#book = book;
    this.#telling = telling;
    this.#account = account;
    this.#tasks = tasks;
  }

  get current(): Current | undefined {
    return this.#current;
  }

  /** Resolves when nothing runs. */
  get done(): Promise<void> {
    return this.#done;
  }

  start({ kind }: TaskConfig, trigger: string, attempt: number, dryRun: boolean): RunStart {
    const startedAt = this.#telling.now();
    const part = Math.floor(this.#deps.random() * 36 ** 6).toString(36);
    const id = `t${Math.max(0, startedAt).toString(36)}-${part.padStart(6, '0')}`;
    return { id, kind, startedAt, trigger, attempt, dryRun };
  }

  /** `after` is called when the next may begin. */
  begin(beginning: Beginning, after: () => void): void {
    const { name, config, start, answer } = beginning;
    const execution = new Execution(this.#deps, name, config, start.dryRun);
    const claims = start.dryRun ? [] : (config.claims ?? []);
    this.#current = { name, start, claims, execution };
    this.#done = this.#run(beginning, execution)
      .catch((error: unknown) => {
        this.#deps.log.error('a run of a task went wrong', { task: name, error: String(error) });
        answer({ ok: false, text: String(error) });
      })
      .finally(() => {
        this.#current = undefined;
        after();
      });
  }

  async ended(name: string, start: RunStart, ending: Ending): Promise<void> {
    const retry = this.#retryOf(name, start, ending);
    const change = { running: undefined, ...(retry === undefined ? {} : { retry }) };
    this.#account.count(name, ending.state);
    await this.#telling.ended(name, start, ending, change);
  }

  async notBegun(
    { name, config, start, decided }: Omit<Beginning, 'text' | 'answer'>,
    state: 'skipped' | 'cancelled',
    why: string,
  ): Promise<void> {
    this.#account.count(name, state);
    await this.#telling.ended(name, { ...start, kind: config.kind }, endingOf(state, why), decided);
  }

  async #run({ name, start, text, decided, answer }: Beginning, execution: Execution) {
    await this.#book.set(name, { ...decided, running: start });
    this.#telling.begun(name, start, text);
    const ending = await execution.run();
    await this.ended(name, start, ending);
    answer({ ok: ending.state === 'succeeded', text: ending.text });
  }

  /** Only what the calendar asked for: who asked by hand sees the failure. */
  #retryOf(name: string, { turn, attempt }: RunStart, ending: Ending): Retry | undefined {
    const config = this.#tasks()[name];
    if (config === undefined || turn === undefined) return undefined;
    const { state, permanent } = ending;
    if (!isTriedAgain({ state, attempt, permanent }, config.retries)) return undefined;
    const notBefore = this.#deps.clock.wall() + config.retries.delay;
    return notBefore < turn.until ? { ...turn, attempt: attempt + 1, notBefore } : undefined;
  }
}
