/**
 * Remedies: what the device does about a check that has failed. How often is decided in
 * `core/remedies`; here is what must not happen at the same time, and when to look again.
 */
import type { RemedyConfig } from '../config/remedies.ts';
import { areFree, PACKAGES, withTasks } from '../core/remedies/claims.ts';
import { agesAt, decide } from '../core/remedies/decide.ts';
import type { RemedyState } from '../core/remedies/state.ts';
import { aged, failing, good, onlyFor, resumed, stopped, unclear } from '../core/remedies/state.ts';
import type { Facts } from '../ports/caretaking.ts';
import type { Cancel } from '../ports.ts';
import type { Remedy } from '../remedies/remedy.ts';
import type { Sampler } from '../samplers/sampler.ts';
import { remedyMetrics, resumedEvent, stoppedEvent } from './remedying/account.ts';
import { Ledger } from './remedying/ledger.ts';
import { limitsOf, Tries, type TriesDeps } from './remedying/tries.ts';

export interface RemedyingDeps extends TriesDeps {
  readonly facts: Facts;
  readonly kinds: readonly Remedy[];
  /** What the task that runs works on: who claims the same, or the whole machine, waits for its end. */
  readonly taskClaims?: () => readonly string[] | undefined;
  /** What a declared task works on while it runs. */
  readonly claimsOfTask?: (name: string) => readonly string[];
  /** A try is over: what waited for `hasMachine` may look again. */
  readonly released?: () => void;
}

export interface RemedyPlan {
  readonly remedies: Readonly<Record<string, RemedyConfig>>;
  /** Each check that names a remedy, and which. */
  readonly checks: Readonly<Record<string, string>>;
}

/** How long until an update or a task that is in the way is looked at again. */
const LOOK_AGAIN_MS = 10_000;
/** While something is remembered it is written so often within `per`: what passed stays counted. */
const KEPT_PARTS = 4;

export class Remedying {
  readonly sampler: Sampler = this.#asSampler();
  readonly #deps: RemedyingDeps;
  readonly #ledger: Ledger;
  readonly #tries: Tries;
  #plan: RemedyPlan;
  #runs = false;
  #timer: Cancel = () => undefined;

  constructor(deps: RemedyingDeps, plan: RemedyPlan) {
    this.#deps = deps;
    this.#plan = plan;
    this.#ledger = new Ledger(deps.clock, deps.log, deps.facts);
    const quiet = () => this.#isQuiet();
    this.#tries = new Tries({ ...deps, quiet }, this.#ledger, () => {
      this.#look();
      deps.released?.();
    });
  }

  /** Tells first what an earlier end of the agent or the machine left untold. */
  async start(): Promise<void> {
    for (const name of this.#ledger.names()) {
      await this.#tries.finishInterrupted(name, this.#plan.remedies[name]);
    }
    await this.#dropUndeclared();
    this.#runs = true;
    this.#look();
  }

  /** Starts nothing more, aborts what runs and waits for it. */
  async stop(): Promise<void> {
    this.#runs = false;
    this.#timer();
    await this.#tries.abort();
    for (const name of this.#ledger.names()) await this.#ledger.saveIfPossible(name);
  }

  async reload(plan: RemedyPlan): Promise<void> {
    this.#plan = plan;
    await this.#dropUndeclared();
    this.#look();
  }

  /** A check counts as failed, now or still. */
  failed(check: string, remedy: string): void {
    if (this.#plan.remedies[remedy] === undefined) return;
    this.#ledger.set(remedy, failing(this.#ledger.of(remedy), check));
    this.#look();
  }

  recovered(check: string): void {
    const now = this.#deps.clock.mono();
    for (const name of this.#ledger.names()) {
      const before = this.#ledger.of(name);
      this.#ledger.set(name, good(before, check, now));
      // That the last try helped should survive; since when it is good is counted anew after a start.
      if (before.checks[check]?.unproven === true) void this.#ledger.saveIfPossible(name);
    }
    this.#look();
  }

  /** Neither failed nor good (what it stands behind is down): nothing is tried meanwhile. */
  unclear(check: string): void {
    for (const name of this.#ledger.names()) {
      this.#ledger.set(name, unclear(this.#ledger.of(name), check));
    }
    this.#look();
  }

  /** A person lets a stopped remedy go on. `false`: there is no such remedy. */
  resume(remedy: string): boolean {
    if (this.#plan.remedies[remedy] === undefined) return false;
    const before = this.#ledger.of(remedy);
    this.#ledger.set(remedy, resumed(before, this.#deps.clock.mono()));
    void this.#ledger.saveIfPossible(remedy);
    this.#tellResumed(remedy, before, this.#ledger.of(remedy), 'somebody said so');
    this.#look();
    return true;
  }

  /** Nothing runs. */
  idle(): boolean {
    return this.#tries.idle;
  }

  /** Whether a task with these claims meets none of the tries that go on. */
  leaves(claims: readonly string[]): boolean {
    return this.#tries.leaves(claims);
  }

  /** Something runs that wants the whole machine: tasks and updates should not begin. */
  get hasMachine(): boolean {
    return this.#tries.hasMachine;
  }

  status(): readonly object[] {
    const now = this.#deps.clock.mono();
    return Object.entries(this.#plan.remedies).map(([remedy, { kind, enabled }]) => {
      const { tries, attempt, notBefore, checks, current } = this.#ledger.of(remedy);
      const asking = Object.entries(checks);
      return {
        ...{ remedy, kind, enabled, recentTries: tries.length, attempt },
        pauseSeconds: notBefore > now ? Math.ceil((notBefore - now) / 1000) : 0,
        running: current?.check ?? null,
        checks: asking.map(([check, one]) => {
          return { check, failing: one.failing, failed: one.failed, stopped: one.stopped };
        }),
      };
    });
  }

  /** Begins what may begin, and sets the timer for the next time that something changes by itself. */
  #look(): void {
    if (!this.#runs) return;
    this.#timer();
    const now = this.#deps.clock.mono();
    const times = Object.entries(this.#plan.remedies).flatMap(([name, config]) => {
      this.#age(name, config, now);
      const asked = config.enabled ? this.#consider(name, config, now) : [];
      const aging = agesAt(this.#ledger.of(name), limitsOf(config));
      return [...asked, ...aging, ...this.#ledger.keep(name, config.per / KEPT_PARTS)];
    });
    const next = Math.min(...times);
    if (next === Number.POSITIVE_INFINITY) return;
    this.#timer = this.#deps.clock.after(Math.max(1, next - now), () => this.#look());
  }

  /** When to look again; nothing: not before something happens. */
  #consider(name: string, config: RemedyConfig, now: number): readonly number[] {
    return Object.keys(this.#ledger.of(name).checks).flatMap((check) => {
      const decision = decide(this.#ledger.of(name), limitsOf(config), check, now);
      if (decision.act === 'stop') this.#giveUp(name, check);
      if (decision.act === 'try') return this.#tryUnlessInTheWay(name, config, check, now);
      return decision.act === 'wait' ? [decision.until] : [];
    });
  }

  #tryUnlessInTheWay(
    name: string,
    config: RemedyConfig,
    check: string,
    now: number,
  ): readonly number[] {
    const { kinds, claimsOfTask = () => [] } = this.#deps;
    const kind = kinds.find((one) => one.kind === config.kind);
    const claims = withTasks(kind?.claims(config.options) ?? [], claimsOfTask);
    // Who holds what it needs looks again when it lets go.
    if (kind === undefined || !this.#tries.mayBegin(name, claims)) return [];
    if (this.#isQuiet() || this.#isTaskAt(claims)) return [now + LOOK_AGAIN_MS];
    this.#tries.begin(name, config, kind, claims, check);
    return [];
  }

  /** An update is under way, ours or that of the system's packages. */
  #isQuiet(): boolean {
    const { quiet, taskClaims } = this.#deps;
    return quiet() || taskClaims?.()?.includes(PACKAGES) === true;
  }

  /** The task that runs works on one of these. */
  #isTaskAt(claims: readonly string[]): boolean {
    const held = this.#deps.taskClaims?.();
    return held !== undefined && !areFree(claims, [held]);
  }

  #giveUp(name: string, check: string): void {
    const state = stopped(this.#ledger.of(name), check);
    this.#ledger.set(name, state);
    // Told first: a crash between lets it be told again, not get lost.
    const told = this.#tries.tell(stoppedEvent(name, check, state.checks[check]?.failed ?? 0));
    void told.then(() => this.#ledger.saveIfPossible(name));
  }

  #age(name: string, config: RemedyConfig, now: number): void {
    const before = this.#ledger.of(name);
    const after = aged(before, limitsOf(config), now);
    if (after === before) return;
    this.#ledger.set(name, after);
    void this.#ledger.saveIfPossible(name);
    this.#tellResumed(name, before, after, 'the check was good for long enough');
  }

  #tellResumed(name: string, before: RemedyState, after: RemedyState, why: string): void {
    for (const [check, was] of Object.entries(before.checks)) {
      if (!was.stopped || after.checks[check]?.stopped === true) continue;
      void this.#tries.tell(resumedEvent(name, check, why));
    }
  }

  /** What the configuration names no more is forgotten; what runs is let run. */
  async #dropUndeclared(): Promise<void> {
    const { remedies, checks } = this.#plan;
    for (const name of this.#ledger.names()) {
      if (remedies[name] === undefined) {
        await this.#tries.over(name);
        await this.#ledger.forget(name);
        continue;
      }
      const asking = Object.keys(checks).filter((check) => checks[check] === name);
      this.#ledger.set(name, onlyFor(this.#ledger.of(name), new Set(asking)));
    }
  }

  #asSampler(): Sampler {
    return remedyMetrics(() => ({
      tries: this.#tries.counts(),
      stopped: Object.entries(this.#plan.checks).map(([check, remedy]) => ({
        labels: [remedy, check],
        value: this.#ledger.of(remedy).checks[check]?.stopped === true ? 1 : 0,
      })),
    }));
  }
}
