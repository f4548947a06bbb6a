/**
 * The checks' loop: each check on its own interval, none waiting for another.
 *
 * A run that is bad is held against the checks that it stands behind before it counts: they are
 * looked at first when they were not since, so that a gateway that is down is what fails, and not
 * everything behind it.
 */

import type { Health } from '../../../protocol/messages/health.ts';
import type { CheckWorld } from '../../checks/check.ts';
import { allBefore, type DependencyGraph, standingsOf } from '../../core/checks/dependencies.ts';
import type { Moment } from '../../core/checks/moment.ts';
import { overallOf } from '../../core/checks/overall.ts';
import { type Due, firstDue, nextDue, phaseOf } from '../../core/checks/schedule.ts';
import { wordsOf } from '../../core/checks/shape.ts';
import { isGood, judge, NO_VERDICT } from '../../core/checks/verdict.ts';
import type { Journal } from '../../ports/caretaking.ts';
import type { Log } from '../../ports.ts';
import type { Sampler } from '../../samplers/sampler.ts';
import { Agenda } from './agenda.ts';
import { checkMetrics } from './figures.ts';
import { healthOf, type Judged, statusOf } from './health.ts';
import { look, type Stopping } from './look.ts';
import { Slots } from './slots.ts';
import { type RemedyRequest, Telling } from './telling.ts';
import { adopt, type PlannedCheck, type Run, type Watched, watch } from './watched.ts';

export interface CheckingDeps extends CheckWorld {
  readonly log: Log;
  readonly journal: Journal;
  /** In [0, 1). */
  readonly random: () => number;
  /** What `health()` says is worth sending again. */
  readonly changed: () => void;
  /** How much longer intervals are just now, 1 or more; not those of critical checks. */
  readonly stretch: () => number;
  readonly remedy: (request: RemedyRequest) => void;
}

const SLOTS = { most: 8, longMs: 500 };
/** The device as a whole is judged when each check ran, but at the latest after this. */
const SETTLE_MS = 60_000;

export class Checking {
  private readonly deps: CheckingDeps;
  private readonly watched: ReadonlyMap<string, Watched>;
  private readonly graph: DependencyGraph;
  private readonly telling: Telling;
  private readonly slots: Slots;
  private readonly agenda: Agenda<Watched>;
  private readonly stopping: Stopping = { stopped: false, running: [] };
  /** Monotonic time of the first start: grace counts from the agent's start, not from a reload. */
  private readonly startedAt: number;
  /** The device's own, for as long as the agent runs. */
  private readonly phase: number;
  /** Enough is known for a judgement on the whole device. */
  private settled = false;
  private judged: Judged;

  /** `before` is the checking that this one takes over from; stop it first. */
  readonly sampler: Sampler = checkMetrics(() => ({
    overall: this.judged.overall,
    watched: [...this.watched.values()],
  }));

  constructor(deps: CheckingDeps, plan: readonly PlannedCheck[], before?: Checking) {
    this.deps = deps;
    this.slots = new Slots(deps.clock, SLOTS);
    this.agenda = new Agenda(deps.clock, (one, due) => void this.begin(one, due));
    this.phase = before?.phase ?? phaseOf(deps.random());
    const now = this.now();
    const wanted = plan.filter(({ config }) => config.enabled);
    this.watched = new Map(
      wanted.map((one) => {
        const known = before?.watched.get(one.name);
        return [one.name, known === undefined ? watch(one, now) : adopt(known, one, now)];
      }),
    );
    this.graph = new Map(wanted.map(({ name, config }) => [name, config.dependsOn]));
    this.startedAt = before?.startedAt ?? now.mono;
    this.judged = before?.judged ?? { overall: 'healthy', reason: '', since: now };
    this.telling = new Telling({ ...deps, health: () => this.health() }, before?.telling);
  }

  start(): void {
    if (this.watched.size === 0) return;
    this.telling.start();
    const now = this.deps.clock.mono();
    for (const one of this.watched.values()) {
      const { name } = one.plan;
      const isNew = one.last === undefined;
      this.agenda.plan(
        one,
        isNew ? firstDue(now, name, one.plan.config.interval) : this.due(one, now),
      );
    }
    // A reload may have changed who stands behind whom.
    this.refresh();
  }

  /** What runs is told to stop, and what it says after that is not heard. */
  stop(): void {
    this.stopping.stopped = true;
    for (const run of [...this.stopping.running]) run.end();
    this.telling.stop();
    this.agenda.clear();
  }

  /** What is known at this moment, in the order of the configuration. */
  health(): Health {
    return healthOf([...this.watched.values()], this.judged, this.now());
  }

  /** For the local door. */
  status() {
    return statusOf([...this.watched.values()], this.judged, this.now());
  }

  /** One run now, which counts like any other. `ok` says what this run found, not the verdict. */
  async runNow(name: string): Promise<{ readonly ok: boolean; readonly text: string }> {
    const watched = this.watched.get(name);
    if (watched === undefined) {
      const names = [...this.watched.keys()].join(', ') || 'none';
      return { ok: false, text: `no check ${name} runs here; there are: ${names}` };
    }
    const { finding } = await this.run(watched);
    return { ok: isGood(finding.state), text: `${finding.state}: ${finding.text}` };
  }

  private now(): Moment {
    return { wall: this.deps.journal.now(), mono: this.deps.clock.mono() };
  }

  private due({ plan }: Watched, after: number): Due {
    const { interval, jitter, critical } = plan.config;
    const stretch = critical ? 1 : Math.max(1, this.deps.stretch());
    const pace = { intervalMs: interval * stretch, jitterMs: jitter };
    return nextDue(after, this.phase, pace, this.deps.random());
  }

  private async begin(watched: Watched, { from }: Due): Promise<void> {
    const { clock, log } = this.deps;
    try {
      await this.run(watched);
    } catch (error) {
      log.error('a check could not be run', { check: watched.plan.name, error: String(error) });
    }
    if (this.stopping.stopped) return;
    this.agenda.plan(watched, this.due(watched, Math.max(from, clock.mono())));
  }

  private run(watched: Watched): Promise<Run> {
    watched.turn ??= this.turn(watched);
    return watched.turn;
  }

  private async turn(watched: Watched): Promise<Run> {
    const { slots, stopping } = this;
    const manner = watched.plan.check.measuresTime === false ? 'beside' : 'alone';
    try {
      const run = await slots.with(manner, (slot) =>
        look(this.deps, watched, () => this.now(), stopping, slot),
      );
      if (stopping.stopped) return run;
      note(watched, run);
      if (!isGood(run.finding.state)) await this.lookBefore(watched, run);
      if (!stopping.stopped) this.take(watched, run);
      return run;
    } finally {
      // Once stopped, the turn that is noted may be one of the plan that took over.
      if (!stopping.stopped) watched.turn = undefined;
    }
  }

  /** Looks at what a check stands behind, as far as that was not done since its bad run began. */
  private async lookBefore({ plan, verdict }: Watched, { began }: Run): Promise<void> {
    if (verdict.state === 'critical') return;
    const before = plan.config.dependsOn.flatMap((name) => this.watched.get(name) ?? []);
    await Promise.all(
      before.map(async (one) => {
        if (one.turn !== undefined) await one.turn;
        if ((one.last?.began.mono ?? -1) < began.mono) await this.run(one);
      }),
    );
  }

  private take(watched: Watched, { finding }: Run): void {
    const { verdict, said, plan } = watched;
    if (isGood(finding.state) || this.counts(watched)) {
      watched.verdict = judge(verdict, finding.state, plan.config);
    }
    watched.said = `${finding.state} ${wordsOf(finding.text)}`;
    const isSame = watched.verdict.state === verdict.state && watched.said === said;
    // Most runs find what the run before found: nothing follows from it.
    if (isSame && this.settled) this.telling.check(watched);
    else this.refresh(watched);
  }

  /** Whether a bad run counts: not at the start, and not while something before it is doubtful. */
  private counts({ plan }: Watched): boolean {
    const { clock } = this.deps;
    if (clock.mono() - this.startedAt < plan.config.grace) return false;
    for (const name of allBefore(this.graph, plan.name)) {
      const before = this.watched.get(name);
      const isDoubtful =
        before !== undefined &&
        (!isGood(before.standing.state) || !isGood(before.last?.finding.state));
      if (isDoubtful) return false;
    }
    return true;
  }

  /** What follows for all checks from the verdicts on each; `ran` is the one that just ran. */
  private refresh(ran?: Watched): void {
    const standings = standingsOf(this.graph, (name) => this.watched.get(name)?.verdict.state);
    for (const one of this.watched.values()) {
      const before = one.standing;
      const standing = standings.get(one.plan.name) ?? before;
      one.standing = standing;
      if (standing.state !== before.state) one.since = this.now();
      this.follow(one, before.behind.length > 0);
      if (one === ran || standing.state !== before.state || standing.pending !== before.pending) {
        this.telling.check(one);
      }
    }
    this.judge();
  }

  /** What was seen before the way to it broke is worth nothing; afterwards it is looked at soon. */
  private follow(watched: Watched, wasBehind: boolean): void {
    const { standing, plan } = watched;
    if (standing.behind.length > 0 && !standing.pending) watched.verdict = NO_VERDICT;
    if (standing.behind.length > 0 || !wasBehind || watched.turn !== undefined) return;
    const { name, config } = plan;
    this.agenda.plan(watched, firstDue(this.deps.clock.mono(), name, config.interval));
  }

  private judge(): void {
    const all = [...this.watched.values()];
    this.settled ||=
      this.deps.clock.mono() - this.startedAt >= SETTLE_MS ||
      all.every(({ last }) => last !== undefined);
    const judgement = overallOf(
      all.map(({ plan, standing }) => ({
        ...standing,
        name: plan.name,
        critical: plan.config.critical,
      })),
    );
    const since = judgement.overall === this.judged.overall ? this.judged.since : this.now();
    this.judged = { ...judgement, since };
    if (this.settled) this.telling.all(judgement);
  }
}

function note(watched: Watched, run: Run): void {
  const { state, withinBudget } = run.finding;
  watched.last = run;
  watched.runs.set(state, (watched.runs.get(state) ?? 0) + 1);
  if (withinBudget === true) watched.budget.kept += 1;
  if (withinBudget === false) watched.budget.broken += 1;
}
