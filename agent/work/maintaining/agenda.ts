/** Which turns and further tries wait to begin, and what becomes of those that cannot. */
import type { TaskConfig, TasksConfig } from '../../config/tasks.ts';
import { jitterOf } from '../../core/tasks/jitter.ts';
import type { Queued } from '../../core/tasks/queue.ts';
import type { Schedule } from '../../core/tasks/schedule.ts';
import { afterStep, newTurns, nextTurn, type Turns, take, turnAt } from '../../core/tasks/turns.ts';
import { type TurnRules, verdictOn, type Waiting, waitingFor } from '../../core/tasks/verdict.ts';
import { isOpen } from '../../core/tasks/window.ts';
import type { Book, Page, Retry } from './book.ts';

/** May begin as far as the calendar goes. */
export interface Candidate extends Queued {
  readonly config: TaskConfig;
  readonly trigger: 'schedule' | 'missed' | 'retry';
  readonly attempt: number;
  /** Turns before this one that were missed. */
  readonly earlier: number;
  readonly due: number;
  readonly until: number;
  /** How the task's page is once this has begun or is given up. */
  readonly decided: Partial<Page>;
}

/** Given up, with the reason. */
export interface Skipped {
  readonly candidate: Candidate;
  readonly why: string;
}

/** A clock that was set back by more than this has not reached the turn any more. */
const EARLY_MS = 60_000;

export class Agenda {
  readonly #device: string;
  readonly #book: Book;
  readonly #waiting = new Map<string, Waiting>();
  /** Why a task that waits does not begin. */
  readonly #why = new Map<string, string>();
  #tasks: TasksConfig['tasks'] = {};
  /** Of those that the calendar asks for. */
  #rules: ReadonlyMap<string, TurnRules> = new Map();
  /** The first turn that was not taken, as long as the task's turns are these. */
  readonly #first = new Map<string, { readonly turns: Turns; readonly due: number | undefined }>();

  constructor(device: string, book: Book) {
    this.#device = device;
    this.#book = book;
  }

  /** What waits goes on waiting, unless when it may run has changed. */
  plan(tasks: TasksConfig['tasks']): void {
    for (const name of this.#waiting.keys()) {
      if (calendarOf(this.#tasks[name]) === calendarOf(tasks[name])) continue;
      this.#waiting.delete(name);
      this.#why.delete(name);
    }
    this.#tasks = tasks;
    this.#rules = rulesOf(this.#device, tasks);
    this.#first.clear();
  }

  /** Sees what has come. Answers what may begin and what is given up, which the caller decides. */
  async look(now: number): Promise<{ readonly ready: Candidate[]; readonly skipped: Skipped[] }> {
    const ready: Candidate[] = [];
    const skipped: Skipped[] = [];
    for (const [name, config] of Object.entries(this.#tasks)) {
      await this.#anew(name, now);
      const tried = this.#retry(name, config, now);
      const turn = this.#turn(name, config, now);
      for (const found of [tried, turn]) {
        if (found === undefined) continue;
        if ('why' in found) skipped.push(found);
        else ready.push(found);
      }
    }
    return { ready, skipped };
  }

  /** It has begun or is given up. */
  decided({ name, trigger }: Candidate): void {
    if (trigger !== 'retry') this.#waiting.delete(name);
    this.#why.delete(name);
  }

  note(name: string, why: string): void {
    this.#why.set(name, why);
  }

  whyNot(name: string): string | undefined {
    return this.#why.get(name);
  }

  /** What waits, to be cancelled. */
  pending(name: string, now: number): Candidate | undefined {
    const config = this.#tasks[name];
    if (config === undefined) return undefined;
    const { retry } = this.#book.page(name);
    if (retry !== undefined) return this.#ofRetry(name, config, retry);
    const waiting = this.#waiting.get(name);
    const seen = waiting !== undefined && now >= waiting.planned;
    return seen ? this.#ofTurn(name, config, waiting) : undefined;
  }

  /** When the calendar asks for it next. */
  next(name: string, now: number): number | undefined {
    const rules = this.#rules.get(name);
    if (rules === undefined) return undefined;
    const at = now - rules.jitter;
    const first = this.#firstTurn(name, rules.schedule);
    if (first === undefined) return undefined;
    const { turns } = this.#book.page(name);
    const due = first > at ? first : nextTurn(rules.schedule, turns, at);
    return due === undefined ? undefined : due + rules.jitter;
  }

  /** The next time to look, as far as it is known; changes of the clock are not. */
  wake(now: number): number | undefined {
    const times = Object.keys(this.#tasks).flatMap((name) => {
      const notBefore = this.#book.page(name).retry?.notBefore;
      return [this.next(name, now), notBefore].filter((at): at is number => at !== undefined);
    });
    if (times.length === 0) return undefined;
    return Math.min(...times.filter((at) => at > now), Number.POSITIVE_INFINITY);
  }

  /** A schedule that is new, or on again, begins now: what it would have asked for before is nothing. */
  async #anew(name: string, now: number): Promise<void> {
    const page = this.#book.page(name);
    const rules = this.#rules.get(name);
    const schedule = rules?.schedule.text ?? '';
    const at = now - (rules?.jitter ?? 0);
    if (page.schedule !== schedule) {
      this.#waiting.delete(name);
      await this.#book.set(name, { schedule, turns: newTurns(at), retry: undefined });
      return;
    }
    const turns = afterStep(page.turns, at);
    if (rules !== undefined && turns !== page.turns) await this.#book.set(name, { turns });
  }

  #turn(name: string, config: TaskConfig, now: number): Candidate | Skipped | undefined {
    const rules = this.#rules.get(name);
    const waiting = rules && this.#seen(name, rules, now);
    if (waiting === undefined) return undefined;
    const verdict = verdictOn(waiting, rules as TurnRules, now);
    const candidate = this.#ofTurn(name, config, waiting);
    if (verdict.what === 'begin') return candidate;
    if (verdict.what === 'skip') return { candidate, why: this.#reason(name, verdict.why) };
    this.#why.set(name, verdict.why);
    return undefined;
  }

  /** The turn that waits, or the one that has just come. */
  #seen(name: string, rules: TurnRules, now: number): Waiting | undefined {
    const known = this.#waiting.get(name);
    if (known !== undefined && now >= known.planned - EARLY_MS) return known;
    this.#waiting.delete(name);
    const at = now - rules.jitter;
    const first = this.#firstTurn(name, rules.schedule);
    if (first === undefined || first > at) return undefined;
    const { turns } = this.#book.page(name);
    const turn = turnAt(rules.schedule, turns, at);
    if (turn === undefined) return undefined;
    const waiting = waitingFor(turn, rules, turns, now);
    this.#waiting.set(name, waiting);
    return waiting;
  }

  /** Found out once: everything is looked at each minute, and most turns are hours away. */
  #firstTurn(name: string, schedule: Schedule): number | undefined {
    const { turns } = this.#book.page(name);
    const known = this.#first.get(name);
    if (known?.turns === turns) return known.due;
    const due = nextTurn(schedule, turns, turns.through);
    this.#first.set(name, { turns, due });
    return due;
  }

  #retry(name: string, config: TaskConfig, now: number): Candidate | Skipped | undefined {
    const { retry } = this.#book.page(name);
    if (retry === undefined) return undefined;
    const candidate = this.#ofRetry(name, config, retry);
    if (now >= retry.until) return { candidate, why: this.#reason(name, 'its time is over') };
    // A clock that was set back must not put it off.
    const early = now < retry.notBefore && retry.notBefore - now <= config.retries.delay;
    const closed = config.window !== undefined && !isOpen(config.window, now);
    return early || closed ? undefined : candidate;
  }

  #ofTurn(name: string, config: TaskConfig, waiting: Waiting): Candidate {
    const { due, earlier, planned, missed, until } = waiting;
    return {
      ...{ name, config, due, earlier, planned, until },
      ...{ priority: config.priority, asked: false, attempt: 1 },
      trigger: missed ? 'missed' : 'schedule',
      decided: { turns: take(this.#book.page(name).turns, waiting) },
    };
  }

  #ofRetry(name: string, config: TaskConfig, retry: Retry): Candidate {
    const { due, until, attempt, notBefore } = retry;
    return {
      ...{ name, config, due, until, attempt, planned: notBefore },
      ...{ priority: config.priority, asked: false, earlier: 0, trigger: 'retry' },
      decided: { retry: undefined },
    };
  }

  #reason(name: string, why: string): string {
    const noted = this.#why.get(name);
    return noted === undefined || noted === why ? why : `${why}: ${noted}`;
  }
}

function rulesOf(device: string, tasks: TasksConfig['tasks']): ReadonlyMap<string, TurnRules> {
  const rules = new Map<string, TurnRules>();
  for (const [name, { enabled, schedule, jitter, window, missed }] of Object.entries(tasks)) {
    if (!enabled || schedule === undefined) continue;
    rules.set(name, { schedule, window, missed, jitter: jitterOf(device, name, jitter) });
  }
  return rules;
}

function calendarOf(config: TaskConfig | undefined): string {
  const { enabled, schedule, jitter, missed, window } = config ?? {};
  return JSON.stringify({ enabled, schedule, jitter, missed, window });
}
