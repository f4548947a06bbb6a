/**
 * Rules at work: loads files, restores what was known, evaluates groups on their own schedules, and
 * takes over state when files change.
 */
import type { Metrics } from '../../core/metrics.ts';
import type { RuleDirectory, RuleFileText, RuleGroupView } from '../../ports/rules.ts';
import { isFiring } from '../../rules/evaluation/alert-state.ts';
import { GroupRun, type RuleStatus } from '../../rules/evaluation/group-run.ts';
import { restored } from '../../rules/evaluation/restore.ts';
import { loadRules } from '../../rules/load.ts';
import type { Rule, RuleGroup } from '../../rules/model.ts';
import type { RuleProblem } from '../../rules/problem.ts';
import { GroupLoop, type LoopDeps } from './group-loop.ts';
import type { RestoredRules, RuleMemory } from './memory.ts';
import { RuleMetrics } from './metrics.ts';
import { ended, kept } from './orphans.ts';
import { Queue } from './queue.ts';
import { viewGroup } from './view.ts';
import { GroupWorld, type WorldDeps } from './world.ts';

export interface ManagerDeps extends Omit<WorldDeps, 'memory'> {
  readonly memory: RuleMemory;
  readonly metrics: Metrics;
}

export class RuleManager implements RuleDirectory {
  private readonly deps: ManagerDeps;
  private readonly queue: Queue;
  private readonly metrics: RuleMetrics;
  private loops: readonly GroupLoop[] = [];
  /** Files were refused or missing: what belongs to no rule may belong to one of theirs. */
  private incomplete = false;
  /** Reloads, one after the other. */
  private change: Promise<unknown> = Promise.resolve();

  constructor(deps: ManagerDeps) {
    this.deps = deps;
    this.queue = new Queue(deps.settings().concurrency);
    const runs = () => this.loops.map(({ run }) => run);
    this.metrics = new RuleMetrics(deps.metrics, runs, () => this.queue.length);
  }

  groups(): readonly RuleGroupView[] {
    return this.loops.map(({ run }) => viewGroup(run));
  }

  /**
   * Restores alerts and hands on those that fire, then begins to evaluate. To be called before
   * anybody judges which alerts are over. With problems, nothing of the files is used: call again
   * with those that are good. After that, or when the caller says that files are missing, alerts of
   * rules that are not there are kept until a reload goes well: a mistake must not resolve them.
   */
  async start(
    files: readonly RuleFileText[],
    { complete = true }: { readonly complete?: boolean } = {},
  ): Promise<readonly RuleProblem[]> {
    const { groups, problems } = loadRules(files);
    this.incomplete ||= !complete || problems.length > 0;
    if (problems.length > 0) return problems;
    const known = await this.deps.memory.restore();
    const loops = groups.map((group) => this.newLoop(group));
    for (const loop of loops) this.restoreGroup(loop, known);
    await this.settleOrphans(groups, known);
    for (const { run, world } of loops) await this.announce(run, world);
    this.begin(loops);
    return [];
  }

  /** All of the new files or, with problems, nothing: then everything goes on as before. */
  reload(files: readonly RuleFileText[]): Promise<readonly RuleProblem[]> {
    const next = this.change.then(() => this.exchange(files));
    this.change = next.catch(() => undefined);
    return next;
  }

  /** Resolves when what is under way has ended. */
  async stop(): Promise<void> {
    await this.change;
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }

  private async exchange(files: readonly RuleFileText[]): Promise<readonly RuleProblem[]> {
    const { groups, problems } = loadRules(files);
    if (problems.length > 0) return problems;
    const old = this.loops;
    await Promise.all(old.map((loop) => loop.stop()));
    const pool = new Map(
      old.flatMap(({ run }) => run.rules.map((status) => [status.rule.key, status] as const)),
    );
    const before = new Map(old.map((loop) => [loop.run.group.key, loop]));
    const loops = groups.map((group) => this.newLoop(group));
    if (this.incomplete) await this.restoreMissing(loops, pool);
    for (const { run } of loops) run.adopt(pool);
    await this.retire(old, pool);
    this.begin(loops, before);
    return [];
  }

  private begin(loops: readonly GroupLoop[], before?: ReadonlyMap<string, GroupLoop>): void {
    this.loops = loops;
    for (const loop of loops) {
      const same = before?.get(loop.run.group.key);
      const sameInterval = same?.run.intervalMs === loop.run.intervalMs;
      loop.run.lastRound = same?.run.lastRound;
      loop.start(sameInterval ? same?.lastRound : undefined);
    }
  }

  private newLoop(group: RuleGroup): GroupLoop {
    const { clock, log, memory } = this.deps;
    const world = new GroupWorld(this.deps, group);
    const deps: LoopDeps = {
      clock,
      log,
      queue: this.queue,
      memory,
      held: (key, report, missed) => this.metrics.held(key, report, missed),
    };
    return new GroupLoop(new GroupRun(group, this.deps.settings()), world, deps);
  }

  private restoreGroup(
    loop: GroupLoop,
    known: RestoredRules,
    isWanted: (rule: Rule) => boolean = () => true,
  ): void {
    const { clock } = this.deps;
    const { group, intervalMs, rules } = loop.run;
    const now = loop.firstRound(clock.wall());
    const lastRound = known.roundOf(group) ?? now - intervalMs;
    for (const { rule, run } of rules) {
      if (!isWanted(rule)) continue;
      const alerts = [...known.alertsOf(rule)].flatMap(([key, alert]) => {
        const kept = restored(alert, { lastRound, now, intervalMs });
        return kept === undefined ? [] : [[key, kept] as const];
      });
      run.restore(new Map(alerts));
    }
  }

  /** Rules that a start without their files could not restore. */
  private async restoreMissing(
    loops: readonly GroupLoop[],
    pool: ReadonlyMap<string, RuleStatus>,
  ): Promise<void> {
    this.incomplete = false;
    const known = await this.deps.memory.restore();
    for (const loop of loops) this.restoreGroup(loop, known, (rule) => !pool.has(rule.key));
    const rules = [...pool.values()].map(({ rule }) => rule);
    await this.settleOrphans([...loops.map(({ run }) => run.group), { rules }], known);
  }

  /** Alerts of rules that went away while the collector was down: over, or kept for better days. */
  private async settleOrphans(
    groups: readonly Pick<RuleGroup, 'rules'>[],
    known: RestoredRules,
  ): Promise<void> {
    const { clock, alerts: sink, memory } = this.deps;
    const orphans = known.orphans(groups.flatMap(({ rules }) => rules));
    const now = clock.wall();
    const firing = orphans.alerts.filter(isFiring);
    const told = this.incomplete ? kept(firing, now) : ended(firing, now);
    if (told.length > 0) await sink.put(told);
    if (!this.incomplete) await memory.forget(orphans.keys);
  }

  private async announce(run: GroupRun, world: GroupWorld): Promise<void> {
    try {
      await run.announce(world, this.deps.clock.wall());
    } catch (error) {
      const { name } = run.group;
      this.deps.log.warn('restored alerts were not handed on; the first round tries again', {
        group: name,
        error: String(error),
      });
    }
  }

  private async retire(
    old: readonly GroupLoop[],
    pool: ReadonlyMap<string, RuleStatus>,
  ): Promise<void> {
    const now = this.deps.clock.wall();
    for (const { run, world } of old) {
      for (const { rule, run: gone } of run.rules) {
        if (pool.get(rule.key)?.run !== gone) continue;
        try {
          await gone.retire(world, run.terms(now, gone));
        } catch (error) {
          const fields = { group: run.group.name, rule: rule.name, error: String(error) };
          this.deps.log.warn('what a removed rule had made was not ended', fields);
        }
      }
    }
  }
}
