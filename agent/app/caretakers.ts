/**
 * Checks, tasks and remedies, put together from a configuration that has some. They ask for each
 * other: a check for its remedy, a remedy for a task.
 */
import type { Health } from '../../protocol/messages/health.ts';
import type { CareConfig } from '../config/care.ts';
import { checksOf } from '../config/checks.ts';
import type { AgentConfig } from '../config.ts';
import type { Effects } from '../core/adapting/effects.ts';
import { isGood } from '../core/checks/verdict.ts';
import { PACKAGES } from '../core/remedies/claims.ts';
import { createUpkeep } from '../io/maintenance/upkeep.ts';
import { createProber } from '../io/probing/prober.ts';
import type { Facts, Helper, Runner } from '../ports/caretaking.ts';
import type { Log } from '../ports.ts';
import { remedies } from '../remedies/index.ts';
import type { Sampler } from '../samplers/sampler.ts';
import { taskKinds } from '../tasks/index.ts';
import type { Task } from '../tasks/task.ts';
import { Checking } from '../work/checking/checking.ts';
import { Maintaining } from '../work/maintaining/maintaining.ts';
import { Remedying } from '../work/remedying.ts';
import { courierOptions } from './courier-options.ts';
import type { Telemetry } from './telemetry.ts';

export interface CaretakersDeps {
  readonly log: Log;
  readonly telemetry: Telemetry;
  readonly facts: Facts;
  readonly runner: Runner;
  readonly helper: Helper;
  readonly config: () => AgentConfig & CareConfig;
  /** What is done less just now. */
  readonly effects: () => Effects;
  /** The device's health is worth telling again. */
  readonly healthChanged: () => void;
  readonly restartAgent: () => void;
  /** The one that is under way, if any. */
  readonly update: { readonly isUnderWay: boolean; readonly hasMachine: boolean };
}

export class Caretakers {
  readonly maintaining: Maintaining;
  readonly remedying: Remedying;
  checking: Checking;
  private readonly deps: CaretakersDeps;

  static async open(deps: CaretakersDeps): Promise<Caretakers> {
    return new Caretakers(deps, await courierOptions(deps.config()));
  }

  private constructor(deps: CaretakersDeps, courier: Parameters<typeof createUpkeep>[0]) {
    this.deps = deps;
    const { log, telemetry, facts, runner, helper, config } = deps;
    const { clock, journal, host } = telemetry;
    const { folder, data, device, collector, tasks, metered } = config();
    const { restartAgent } = deps;
    this.maintaining = new Maintaining(
      {
        ...{ clock, log, journal, facts, helper, random: Math.random },
        trusted: () => telemetry.clockTrusted,
        // Nothing is begun beside a reboot or an update, or on a machine that is short of everything.
        held: () => deps.effects().holdTasks || this.remedying.hasMachine || deps.update.hasMachine,
        inTheWay: (claims) => !this.remedying.leaves(claims),
        load: loadTask,
        world: {
          ...{ host, runner, folder, data, device, collectorUrl: collector.url },
          upkeep: createUpkeep(courier),
          own: {
            compactBuffer: () => telemetry.buffer.compact(),
            restartAgent: () => Promise.resolve(restartAgent()),
          },
        },
      },
      { tasks, metered },
    );
    this.remedying = new Remedying(
      {
        ...{ clock, log, journal, facts, runner, helper, random: Math.random, kinds: remedies },
        runTask: (name, check) =>
          this.maintaining.runNow(name, { dryRun: false, trigger: `check:${check}` }),
        released: () => this.maintaining.look(),
        quiet: () => deps.update.isUnderWay,
        taskClaims: () => this.maintaining.claims(),
        claimsOfTask: (name) => this.maintaining.claimsOf(name),
      },
      remedyPlan(config()),
    );
    this.checking = this.checkingOf([]);
  }

  async start(): Promise<void> {
    await this.maintaining.start();
    await this.remedying.start();
    await this.watchAnew();
  }

  async reload(): Promise<void> {
    const { tasks, metered } = this.deps.config();
    await this.maintaining.reload({ tasks, metered });
    await this.remedying.reload(remedyPlan(this.deps.config()));
    await this.watchAnew();
  }

  async stop(): Promise<void> {
    this.checking.stop();
    await this.remedying.stop();
    await this.maintaining.stop();
  }

  /** A person said so: what stopped itself after too many tries goes on. */
  resume(): void {
    for (const name of Object.keys(this.deps.config().remedies)) this.remedying.resume(name);
  }

  samplers(): readonly Sampler[] {
    return [this.checking.sampler, this.maintaining.sampler, this.remedying.sampler];
  }

  health(): Health {
    return this.checking.health();
  }

  /** What keeps an update from beginning. */
  busy(): string | undefined {
    if (this.maintaining.busy()) return 'a task runs';
    return this.remedying.idle() ? undefined : 'a remedy is being tried';
  }

  /** What a reboot would cut short, beside updates of ours. */
  inTheWayOfReboot(): string | undefined {
    const changes = this.maintaining.claims()?.includes(PACKAGES) === true;
    return changes ? 'a task changes the packages of the system' : undefined;
  }

  /** Resolves when no task runs: with `update.hasMachine` none begins any more. */
  async calm(signal: AbortSignal): Promise<void> {
    const stopped = new Promise<never>((_, reject) => {
      const leave = () => reject(new Error('stopped while a task was waited for'));
      if (signal.aborted) leave();
      else signal.addEventListener('abort', leave, { once: true });
    });
    await Promise.race([this.maintaining.idle(), stopped]);
  }

  /** Of these checks, those that fail, are not known yet, or do not exist. */
  failing(names: readonly string[]): readonly string[] {
    const { checks } = this.checking.health();
    const good = new Set(checks.flatMap(({ name, state }) => (isGood(state) ? [name] : [])));
    return names.filter((name) => !good.has(name));
  }

  /** With what is known of the checks so far. */
  private async watchAnew(): Promise<void> {
    const { checks } = this.deps.config();
    const kinds = await checksOf(checks);
    const plan = Object.entries(checks).flatMap(([name, config]) => {
      const check = kinds.find(({ kind }) => kind === config.kind);
      return check === undefined ? [] : [{ name, check, config }];
    });
    const before = this.checking;
    before.stop();
    this.checking = this.checkingOf(plan, before);
    this.checking.start();
  }

  private checkingOf(plan: ConstructorParameters<typeof Checking>[1], before?: Checking): Checking {
    const { log, telemetry, runner, config, effects, healthChanged } = this.deps;
    const { clock, journal, host } = telemetry;
    const { folder } = config();
    return new Checking(
      {
        ...{ clock, log, journal, host, runner, folder, random: Math.random },
        stretch: () => effects().stretch,
        prober: createProber(),
        changed: healthChanged,
        remedy: ({ what, check, remedy }) => {
          if (what === 'failed') this.remedying.failed(check, remedy);
          else if (what === 'recovered') this.remedying.recovered(check);
          else this.remedying.unclear(check);
        },
      },
      plan,
      before,
    );
  }
}

function remedyPlan({ remedies: declared, checks }: CareConfig) {
  const named = Object.entries(checks).flatMap(([check, { remedy }]) =>
    remedy === undefined ? [] : [[check, remedy] as const],
  );
  return { remedies: declared, checks: Object.fromEntries(named) };
}

function loadTask(kind: string): Promise<Task> {
  const found = taskKinds.find((one) => one.kind === kind);
  return found?.load() ?? Promise.reject(new Error(`no executor is called ${kind}`));
}
