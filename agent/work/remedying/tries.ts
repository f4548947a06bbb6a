/**
 * The tries that run: each is durable before it acts, reported when it begins and when it ended, and
 * told after the next start when a crash came between.
 */
import type { RemedyConfig } from '../../config/remedies.ts';
import { areFree, MACHINE } from '../../core/remedies/claims.ts';
import type { Limits, Try, TryEnd } from '../../core/remedies/state.ts';
import { began, ended, told, withdrawn } from '../../core/remedies/state.ts';
import type { Helper, Journal, Runner } from '../../ports/caretaking.ts';
import type { Clock, Log } from '../../ports.ts';
import type { Remedy, RemedyContext } from '../../remedies/remedy.ts';
import { reportOf, triedEvent } from './account.ts';
import { attempt, type Ending } from './attempt.ts';
import type { Ledger } from './ledger.ts';

export interface TriesDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly journal: Journal;
  readonly runner: Runner;
  readonly helper: Helper;
  /** Runs a declared task for a check; resolves with how it ended. */
  readonly runTask: (name: string, check: string) => ReturnType<RemedyContext['runTask']>;
  /** While an update is under way no remedy begins. */
  readonly quiet: () => boolean;
  /** In [0, 1), for ids. */
  readonly random: () => number;
}

interface Active {
  readonly claims: readonly string[];
  readonly leave: AbortController;
  readonly done: Promise<void>;
}

type Event = Parameters<Journal['event']>[0];

export class Tries {
  readonly #deps: TriesDeps;
  readonly #ledger: Ledger;
  /** A try is over, and what it claimed is free. */
  readonly #over: () => void;
  readonly #active = new Map<string, Active>();
  readonly #counts = new Map<string, { labels: readonly string[]; count: number }>();

  constructor(deps: TriesDeps, ledger: Ledger, over: () => void) {
    this.#deps = deps;
    this.#ledger = ledger;
    this.#over = over;
  }

  get idle(): boolean {
    return this.#active.size === 0;
  }

  get hasMachine(): boolean {
    return [...this.#active.values()].some(({ claims }) => claims.includes(MACHINE));
  }

  counts(): readonly { readonly labels: readonly string[]; readonly count: number }[] {
    return [...this.#counts.values()];
  }

  mayBegin(remedy: string, claims: readonly string[]): boolean {
    return !this.#active.has(remedy) && this.leaves(claims);
  }

  leaves(claims: readonly string[]): boolean {
    const held = [...this.#active.values()].map((one) => one.claims);
    return areFree(claims, held);
  }

  begin(
    remedy: string,
    config: RemedyConfig,
    kind: Remedy,
    claims: readonly string[],
    check: string,
  ): void {
    const { clock, journal } = this.#deps;
    const run = { id: this.#newId(), check, kind: kind.kind, startedAt: journal.now() };
    const state = began(this.#ledger.of(remedy), limitsOf(config), run, clock.mono());
    this.#ledger.set(remedy, state);
    const { current } = state;
    if (current === undefined) return;
    const leave = new AbortController();
    const done = this.#try(remedy, config, kind, current, leave.signal).finally(() => {
      this.#active.delete(remedy);
      this.#over();
    });
    this.#active.set(remedy, { claims, leave, done });
  }

  /** What an earlier end of the agent or the machine left without an end, or untold. */
  async finishInterrupted(remedy: string, config: RemedyConfig | undefined): Promise<void> {
    const { current } = this.#ledger.of(remedy);
    if (current === undefined) return;
    await this.#finish(remedy, config, current, current.end ?? this.#endOf(remedy, current));
  }

  /** Until a try of it is over. */
  async over(remedy: string): Promise<void> {
    await this.#active.get(remedy)?.done;
  }

  async abort(): Promise<void> {
    const active = [...this.#active.values()];
    for (const { leave } of active) leave.abort();
    await Promise.all(active.map(({ done }) => done));
  }

  async tell(event: Event): Promise<void> {
    try {
      await this.#deps.journal.event(event);
    } catch (error) {
      this.#deps.log.error('event not recorded', { why: (error as Error).message });
    }
  }

  /** Durable before it acts: else a reboot, or an agent that it kills, would forget it. */
  async #try(
    remedy: string,
    config: RemedyConfig,
    kind: Remedy,
    run: Try,
    leave: AbortSignal,
  ): Promise<void> {
    try {
      await this.#ledger.save(remedy);
    } catch (error) {
      this.#withdraw(remedy, config, error as Error);
      return;
    }
    await this.#report(remedy, run);
    const ending = await this.#attempt(run.check, kind, config, leave);
    await this.#finish(remedy, config, run, { ...ending, endedAt: this.#deps.journal.now() });
  }

  async #attempt(check: string, kind: Remedy, config: RemedyConfig, leave: AbortSignal) {
    if (leave.aborted) return notBegun('the agent stops');
    if (this.#deps.quiet()) return notBegun('an update has begun');
    const { runner, helper, clock } = this.#deps;
    const runTask = (name: string) => this.#deps.runTask(name, check);
    return attempt(clock, kind, config, { runner, helper, runTask, check }, leave);
  }

  #withdraw(remedy: string, config: RemedyConfig, { message }: Error): void {
    const { clock, log } = this.#deps;
    this.#ledger.set(remedy, withdrawn(this.#ledger.of(remedy), limitsOf(config), clock.mono()));
    log.error('remedy not tried: its state cannot be written', { remedy, why: message });
  }

  async #finish(
    remedy: string,
    config: RemedyConfig | undefined,
    run: Try,
    end: TryEnd,
  ): Promise<void> {
    if (config !== undefined) {
      const now = this.#deps.clock.mono();
      this.#ledger.set(remedy, ended(this.#ledger.of(remedy), limitsOf(config), end, now));
      await this.#ledger.saveIfPossible(remedy);
    }
    this.#count([remedy, run.check, end.state]);
    await this.#report(remedy, { ...run, end });
    await this.tell(triedEvent(remedy, run, end));
    this.#ledger.set(remedy, told(this.#ledger.of(remedy)));
    await this.#ledger.saveIfPossible(remedy);
  }

  #endOf(remedy: string, { kind }: Try): TryEnd {
    const endedAt = this.#deps.journal.now();
    if (kind === 'reboot' && this.#ledger.wasRebooted(remedy)) {
      return { state: 'succeeded', endedAt, text: 'the machine was started anew', output: '' };
    }
    return { state: 'interrupted', endedAt, text: 'the agent went down meanwhile', output: '' };
  }

  async #report(remedy: string, run: Try): Promise<void> {
    try {
      await this.#deps.journal.report(run.id, reportOf(remedy, run));
    } catch (error) {
      this.#deps.log.error('report not recorded', { why: (error as Error).message });
    }
  }

  #count(labels: readonly string[]): void {
    const key = labels.join('\n');
    const { count } = this.#counts.get(key) ?? { count: 0 };
    this.#counts.set(key, { labels, count: count + 1 });
  }

  #newId(): string {
    const { journal, random } = this.#deps;
    const time = Math.max(0, Math.floor(journal.now())).toString(36);
    const digits = Math.floor(random() * 36 ** 6).toString(36);
    return `r${time}-${digits.padStart(6, '0')}`;
  }
}

export function limitsOf({ limit, per, backoff, stopAfter, timeout }: RemedyConfig): Limits {
  const { min: minMs, max: maxMs } = backoff;
  return { limit, perMs: per, stopAfter, timeoutMs: timeout, backoff: { minMs, maxMs } };
}

function notBegun(why: string): Ending {
  return { state: 'interrupted', text: `not begun: ${why}`, output: '' };
}
