/**
 * Tasks: what the device does to keep itself in order, one at a time, with or without a network.
 *
 * When a task may begin is decided in `core/tasks` and looked at once a minute, since clocks are
 * set and conditions change. A run is written down before it begins and told when it has ended;
 * one that a crash cut short is told as interrupted after the restart.
 */
import type { TasksConfig } from '../../config/tasks.ts';
import { unmet } from '../../core/tasks/conditions.ts';
import { inOrder } from '../../core/tasks/queue.ts';
import type { Facts, Journal } from '../../ports/caretaking.ts';
import type { Cancel } from '../../ports.ts';
import type { Sampler } from '../../samplers/sampler.ts';
import { Account } from './account.ts';
import { Agenda, type Candidate, type Skipped } from './agenda.ts';
import { Asked, type AskedRun, type AskOptions } from './asked.ts';
import { Book } from './book.ts';
import { machineFacts } from './machine.ts';
import { taskMetrics } from './metrics.ts';
import { type RunAnswer, Runs, type RunsDeps } from './runs.ts';
import { endingOf, Telling } from './telling.ts';

export interface MaintainingDeps extends RunsDeps {
  readonly journal: Journal;
  readonly facts: Facts;
  /** Whether the wall clock is believed; while it is not, the calendar waits. */
  readonly trusted: () => boolean;
  /** While it is so nothing begins; when it is over `look()` tells. */
  readonly held: () => boolean;
  /** Whether a task with these claims would meet a remedy; when that is over `look()` tells. */
  readonly inTheWay?: (claims: readonly string[]) => boolean;
}

/** Clocks are set and conditions change without a word. */
const LOOK_MS = 60_000;

export class Maintaining {
  readonly sampler: Sampler;
  readonly #deps: MaintainingDeps;
  readonly #book: Book;
  readonly #agenda: Agenda;
  readonly #telling: Telling;
  readonly #asked = new Asked();
  readonly #account: Account;
  readonly #runs: Runs;
  #plan: TasksConfig;
  #active = false;
  #looking = false;
  #again = false;
  #timer: Cancel = () => undefined;

  constructor(deps: MaintainingDeps, plan: TasksConfig) {
    this.#deps = deps;
    this.#plan = plan;
    this.#book = new Book(deps.facts, deps.log);
    this.#agenda = new Agenda(deps.world.device, this.#book);
    this.#telling = new Telling(deps.clock, deps.journal, this.#book);
    this.#account = new Account(this.#book, this.#agenda);
    const tasks = () => this.#plan.tasks;
    this.#runs = new Runs(deps, this.#book, this.#telling, this.#account, tasks);
    this.#agenda.plan(plan.tasks);
    const figures = () => this.#account.figures(tasks(), deps.clock.wall());
    this.sampler = taskMetrics(figures);
  }

  /** Tells first what an earlier end of the agent or the machine left untold. */
  async start(): Promise<void> {
    for (const name of this.#book.names()) {
      this.#telling.again(name);
      const { running } = this.#book.page(name);
      if (running === undefined) continue;
      const text = 'the agent or the machine went down in the middle';
      await this.#runs.ended(name, running, endingOf('interrupted', text));
    }
    await this.#dropUndeclared();
    this.#active = true;
    this.look();
  }

  /** Begins nothing more, stops what runs and waits for it. */
  async stop(): Promise<void> {
    this.#active = false;
    this.#timer();
    this.#asked.clear('the agent stops');
    this.#runs.current?.execution.stop('interrupted');
    await this.#runs.done;
    await this.#telling.settled();
  }

  /** What runs goes on as it began. */
  async reload(plan: TasksConfig): Promise<void> {
    this.#plan = plan;
    this.#agenda.plan(plan.tasks);
    await this.#dropUndeclared();
    this.look();
  }

  /** As soon as nothing else runs; windows and conditions are the asker's to know. */
  runNow(name: string, options: AskOptions): Promise<RunAnswer> {
    const config = this.#plan.tasks[name];
    if (config === undefined) return Promise.resolve(refused(`no task is called ${name}`));
    if (!this.#active) return Promise.resolve(refused('the agent stops'));
    const answer = this.#asked.add(name, config, options, this.#deps.clock.wall());
    this.look();
    return answer;
  }

  /** What runs is stopped, what waits is given up. False: neither. */
  cancel(name: string): boolean {
    const runs = this.#runs.current?.name === name;
    if (runs) this.#runs.current?.execution.stop('cancelled');
    const asked = this.#asked.cancel(name);
    const pending = this.#agenda.pending(name, this.#deps.clock.wall());
    if (pending !== undefined) {
      this.#giveUp({ candidate: pending, why: 'it was cancelled' }, 'cancelled').catch(ignore);
    }
    return runs || asked || pending !== undefined;
  }

  busy(): boolean {
    return this.#runs.current !== undefined;
  }

  /** What the task that runs works on; `undefined`: none runs. */
  claims(): readonly string[] | undefined {
    return this.#runs.current?.claims;
  }

  /** What a declared task works on while it runs. */
  claimsOf(name: string): readonly string[] {
    return this.#plan.tasks[name]?.claims ?? [];
  }

  /** Resolves when nothing runs. */
  idle(): Promise<void> {
    return this.#runs.done;
  }

  /** Plain data, for the local door. */
  status() {
    const now = this.#deps.clock.wall();
    const { current } = this.#runs;
    return {
      running: current && { name: current.name, ...current.start },
      held: this.#deps.held(),
      calendar: this.#deps.trusted() ? 'running' : 'waits for the time',
      tasks: this.#account.status(this.#plan.tasks, now),
    };
  }

  /** Begins what may begin now. Asked for by whoever changes what it depends on. */
  look(): void {
    this.#again = true;
    if (this.#looking) return;
    this.#looking = true;
    this.#rounds()
      .catch((error: unknown) => this.#deps.log.error('tasks', { error: String(error) }))
      .finally(() => {
        this.#looking = false;
        this.#sleep();
      });
  }

  async #rounds(): Promise<void> {
    while (this.#again && this.#active) {
      this.#again = false;
      await this.#round();
    }
  }

  #sleep(): void {
    this.#timer();
    if (!this.#active) return;
    // Somebody asked just now, too late for the last round.
    if (this.#again) return this.look();
    const now = this.#deps.clock.wall();
    const wake = this.#asked.waits() ? now + LOOK_MS : this.#agenda.wake(now);
    if (wake === undefined) return;
    this.#timer = this.#deps.clock.after(Math.min(LOOK_MS, wake - now), () => this.look());
  }

  async #round(): Promise<void> {
    const now = this.#deps.clock.wall();
    const { ready, skipped } = this.#deps.trusted()
      ? await this.#agenda.look(now)
      : { ready: [], skipped: [] };
    for (const one of skipped) await this.#giveUp(one, 'skipped');
    if (skipped.length > 0) this.#again = true;
    for (const one of inOrder([...ready, ...this.#asked.waiting(now)])) {
      if (!this.#free()) return;
      if (this.#meetsRemedy(one)) continue;
      if ('answer' in one) return this.#beginAsked(one);
      // A remedy may have begun while the conditions were looked at.
      if ((await this.#holdsFor(one)) && !this.#meetsRemedy(one)) return this.#begin(one);
    }
  }

  #free(): boolean {
    return this.#active && !this.#deps.held() && this.#runs.current === undefined;
  }

  /** A run that a remedy asks for is that remedy's own, and a dry run touches nothing. */
  #meetsRemedy(one: Candidate | AskedRun): boolean {
    const { name, config } = one;
    if ('answer' in one) {
      if (one.options.dryRun || one.options.trigger.startsWith('check:')) return false;
    }
    if (this.#deps.inTheWay?.(config.claims ?? []) !== true) return false;
    if (!('answer' in one)) this.#agenda.note(name, 'a remedy is at work');
    return true;
  }

  async #holdsFor({ name, config, trigger }: Candidate): Promise<boolean> {
    const facts = await machineFacts(this.#deps.world.host, config.conditions);
    const why = unmet(config.conditions, facts, this.#plan.metered);
    if (why.length > 0) this.#agenda.note(name, why.join(', '));
    // Meanwhile it may have been cancelled, or declared anew.
    const pending = this.#agenda.pending(name, this.#deps.clock.wall());
    return why.length === 0 && pending?.trigger === trigger && this.#plan.tasks[name] === config;
  }

  #begin(candidate: Candidate): void {
    if (!this.#free()) return;
    const { name, config, trigger, attempt, earlier, due, until, decided } = candidate;
    this.#agenda.decided(candidate);
    const text = earlier === 0 ? '' : `${missedText(earlier)} before`;
    const start = { ...this.#runs.start(config, trigger, attempt, false), turn: { due, until } };
    this.#runs.begin({ name, config, start, text, decided, answer: ignore }, () => this.look());
  }

  #beginAsked({ name, config, options, answer }: AskedRun): void {
    this.#asked.begin(answer);
    const { trigger, dryRun } = options;
    const start = this.#runs.start(config, trigger, 1, dryRun);
    const text = dryRun ? 'dry run' : '';
    this.#runs.begin({ name, config, start, text, decided: {}, answer }, () => this.look());
    if (options.output !== undefined) this.#runs.current?.execution.listen(options.output);
  }

  async #giveUp({ candidate, why }: Skipped, state: 'skipped' | 'cancelled'): Promise<void> {
    const { name, config, trigger, attempt, earlier, decided } = candidate;
    this.#agenda.decided(candidate);
    const start = this.#runs.start(config, trigger, attempt, false);
    const text = earlier === 0 ? why : `${why}; ${missedText(earlier)} before`;
    await this.#runs.notBegun({ name, config, start, decided }, state, text);
  }

  /** A task that is no more is forgotten once all of it is told. */
  async #dropUndeclared(): Promise<void> {
    for (const name of this.#book.names()) {
      if (Object.hasOwn(this.#plan.tasks, name) || this.#runs.current?.name === name) continue;
      if (this.#book.page(name).untold.length === 0) await this.#book.forget(name);
    }
  }
}

function missedText(count: number): string {
  return count === 1 ? 'one turn was missed' : `${count} turns were missed`;
}

function refused(text: string): RunAnswer {
  return { ok: false, text };
}

function ignore(): void {
  // Nobody asked.
}
