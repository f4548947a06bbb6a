/** Rollouts as people reach them: start, look, act, report. */
import { finding } from '../../../protocol/config/problem.ts';
import { matches, parseSelector } from '../../core/fleet/selector.ts';
import type { Order } from '../../core/rollouts/actions.ts';
import type { Plan } from '../../core/rollouts/plan.ts';
import type { Reason } from '../../core/rollouts/reasons.ts';
import { reportPage } from '../../core/rollouts/report-page.ts';
import { Rollout } from '../../core/rollouts/rollout.ts';
import { FleetError } from '../../ports/fleet-desk.ts';
import type {
  DeviceQuery,
  DeviceRollout,
  DeviceRow,
  DryRun,
  ReleaseCheck,
  RolloutDesk,
  RolloutQuery,
  RolloutStatistics,
  RolloutSummary,
  RolloutView,
  Starting,
} from '../../ports/rollouts.ts';
import type { Clock } from '../../ports.ts';
import { parseExpr } from '../../promql/parse/index.ts';
import type { RolloutEngine } from './engine.ts';
import { readFile } from './file.ts';
import { summaryOf } from './summary.ts';
import { restored, rowOf, rowsOf, statisticsOf, viewOf } from './views.ts';

export interface DeskDeps {
  readonly clock: Clock;
  readonly engine: RolloutEngine;
  readonly releases?: ReleaseCheck;
}

/** Devices that a stage of a dry run names. */
const SOME = 10;

export class Desk implements RolloutDesk {
  private readonly deps: DeskDeps;

  constructor(deps: DeskDeps) {
    this.deps = deps;
  }

  async start({ file, by, comment }: Starting): Promise<RolloutView> {
    const plan = await this.read(file);
    return this.view(await this.deps.engine.create(plan, by, comment));
  }

  async dryRun(file: string, limit: number): Promise<DryRun> {
    const plan = await this.read(file);
    const { engine } = this.deps;
    const now = this.now();
    const devices = [...engine.sight.all()];
    const rollout = new Rollout(
      engine.draft({ id: 'dry-run', plan, by: '', comment: '', now }, devices),
    );
    rollout.enroll(devices);
    // As if all stages had begun: what then still hinders is what is asked for.
    plan.stages.forEach((_, index) => {
      rollout.setStage(index, { state: 'open' });
    });
    const reasons: Partial<Record<Reason, number>> = {};
    const named: DryRun['devices'][number][] = [];
    const stages = plan.stages.map(({ name }) => ({
      name,
      devices: 0,
      online: 0,
      some: [] as string[],
    }));
    let total = 0;
    for (const row of rowsOf(rollout, engine, now)) {
      total += 1;
      const stage = stages.find(({ name }) => name === row.stage);
      if (stage !== undefined) {
        stage.devices += 1;
        stage.online += Number(engine.sight.look(row.device)?.online === true);
        if (stage.some.length < SOME) stage.some.push(row.device);
      }
      // Its time comes: that is no hindrance.
      if (row.reason === undefined || row.reason === 'stage-waits' || row.reason === 'turn')
        continue;
      reasons[row.reason] = (reasons[row.reason] ?? 0) + 1;
      if (named.length < limit)
        named.push({ device: row.device, stage: row.stage, reason: row.reason });
    }
    return { name: plan.name, total, stages, reasons, devices: named };
  }

  list({ limit, ...query }: RolloutQuery): readonly RolloutSummary[] {
    return this.found(query).slice(0, limit);
  }

  async listOf(
    device: string,
    { limit, ...query }: RolloutQuery,
  ): Promise<readonly DeviceRollout[]> {
    const rollouts: DeviceRollout[] = [];
    for (const one of this.found(query)) {
      if (rollouts.length >= limit) break;
      const row = await this.rowIn(one.id, device);
      if (row !== undefined) rollouts.push({ ...one, device: row });
    }
    return rollouts;
  }

  async get(id: string): Promise<RolloutView> {
    return this.view(await this.find(id));
  }

  async devices(
    id: string,
    { state, reason, after, limit }: DeviceQuery,
  ): Promise<readonly DeviceRow[]> {
    const rows: DeviceRow[] = [];
    for (const row of rowsOf(await this.find(id), this.deps.engine, this.now())) {
      if (row.device <= after) continue;
      if (state !== undefined && row.state !== state) continue;
      if (reason !== undefined && row.reason !== reason) continue;
      rows.push(row);
      if (rows.length >= limit) break;
    }
    return rows;
  }

  async act(id: string, order: Order): Promise<RolloutView> {
    await this.find(id);
    await this.mayGoBack(order);
    const refused = await this.deps.engine.act(id, order);
    if (refused !== '') throw new FleetError('invalid', refused);
    return this.get(id);
  }

  async report(id: string): Promise<string> {
    const rollout = await this.find(id);
    const rows = [...rowsOf(rollout, this.deps.engine, this.now())];
    return reportPage(this.view(rollout), rows, this.now());
  }

  statistics(): RolloutStatistics {
    return statisticsOf(this.all());
  }

  private view(rollout: Rollout): RolloutView {
    const reasons: Partial<Record<Reason, number>> = {};
    for (const { reason } of rowsOf(rollout, this.deps.engine, this.now())) {
      if (reason !== undefined) reasons[reason] = (reasons[reason] ?? 0) + 1;
    }
    return viewOf(rollout, reasons);
  }

  private found({ state, before }: Omit<RolloutQuery, 'limit'>): readonly RolloutSummary[] {
    const all = this.all().filter((one) => state === undefined || one.state === state);
    return before === undefined ? all : all.slice(all.findIndex(({ id }) => id === before) + 1);
  }

  /** Of one that is over, its devices are not all read for it. */
  private async rowIn(id: string, device: string): Promise<DeviceRow | undefined> {
    const { engine } = this.deps;
    const open = engine.open.get(id);
    if (open !== undefined) return rowOf(open, engine, device, this.now());
    const kept = await engine.records(id, device);
    const record = kept.length === 0 ? undefined : await engine.record(id);
    return record && rowOf(restored(record, kept), engine, device, this.now());
  }

  /** The newest first. */
  private all(): RolloutSummary[] {
    const { open, over } = this.deps.engine;
    const going = [...open.values()].map(({ record, book }) =>
      summaryOf(record, book.count(), book.before()),
    );
    return [...going, ...over.values()].sort(
      (a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1),
    );
  }

  private async find(id: string): Promise<Rollout> {
    const { engine } = this.deps;
    const open = engine.open.get(id);
    if (open !== undefined) return open;
    const record = engine.over.has(id) ? await engine.record(id) : undefined;
    if (record === undefined) throw new FleetError('unknown', `no rollout is ${id}`);
    return restored(record, await engine.records(id));
  }

  /** Also a deprecated release is a way back. */
  private async mayGoBack({ to = [] }: Order): Promise<void> {
    const { releases } = this.deps;
    if (to.length > 0) await releases?.refresh();
    const problems = to.map((one) => releases?.problem(one, 'back') ?? '');
    const problem = problems.find((text) => text !== '');
    if (problem !== undefined) throw new FleetError('invalid', `rollback: ${problem}`);
  }

  private async read(file: string): Promise<Plan> {
    await this.deps.releases?.refresh();
    return readFile(
      file,
      (selector) => this.sites(selector),
      (plan) => [
        ...plan.packages.flatMap((one, i) => {
          const problem = this.deps.releases?.problem(one, 'forward') ?? '';
          return problem === '' ? [] : [finding('not-allowed', ['packages', String(i)], problem)];
        }),
        ...plan.stages.flatMap(({ name, gates }) =>
          gates.expressions.flatMap(({ expr }) => {
            const problem = expressionProblem(expr);
            return problem === ''
              ? []
              : [finding('malformed', ['stages'], `${name}: ${expr}: ${problem}`)];
          }),
        ),
      ],
    );
  }

  private sites(selector: string): readonly string[] {
    const target = parseSelector(selector);
    const sites = new Set<string>();
    for (const one of this.deps.engine.sight.all()) if (matches(target, one)) sites.add(one.site);
    return [...sites].sort();
  }

  private now(): number {
    return Math.round(this.deps.clock.wall());
  }
}

function expressionProblem(expr: string): string {
  try {
    parseExpr(expr);
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
