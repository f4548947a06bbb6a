/**
 * What looks after the device, put together: the wishes of the collector, its commands, adapting to
 * pressure, updates, and, where the configuration has any, checks, tasks and remedies. A chunk of its own,
 * loaded when samples already flow.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { decodeDesired } from '../../protocol/messages/desired.ts';
import { encodeHealth } from '../../protocol/messages/health.ts';
import type { Tree } from '../../protocol/messages/tree.ts';
import type { Kind } from '../../protocol/topics.ts';
import type { CareConfig } from '../config/care.ts';
import { defaultCare } from '../config/care.ts';
import type { AgentConfig } from '../config.ts';
import type { Effects } from '../core/adapting/effects.ts';
import { openFacts } from '../io/facts.ts';
import { createFlagsFile } from '../io/flags-file.ts';
import { createHelper } from '../io/helper-client.ts';
import { createRunner } from '../io/runner.ts';
import type { Facts, Helper, Runner } from '../ports/caretaking.ts';
import type { Log } from '../ports.ts';
import { remoteCommands } from '../remote/index.ts';
import type { Sampler } from '../samplers/sampler.ts';
import { Adapting } from '../work/adapting.ts';
import { Commanding } from '../work/commanding.ts';
import type { Retained } from '../work/link.ts';
import { type Applied, Reconciling } from '../work/reconciling/reconciling.ts';
import type { Caretakers } from './caretakers.ts';
import type { Telemetry } from './telemetry.ts';
import { UpdateDesk } from './update-desk.ts';

/** What a device says that declares none. */
const WITHOUT_CHECKS = { overall: 'healthy', reason: '', checks: [] } as const;

export interface CareDeps {
  readonly log: Log;
  readonly telemetry: Telemetry;
  readonly config: () => AgentConfig;
  /** Lays the tree over the device's own file and takes it over: all or nothing. */
  readonly apply: (overlay: Tree) => Promise<Applied>;
  readonly restartAgent: () => void;
  /** Which samplers run, and how often, is another. */
  readonly resample: () => void;
}

export class Care {
  private readonly deps: CareDeps;
  private readonly facts: Facts;
  private readonly runner: Runner = createRunner();
  private readonly helper: Helper;
  private readonly reconciling: Reconciling;
  private readonly commanding: Commanding;
  private readonly adapting: Adapting;
  private readonly desk: UpdateDesk;
  private caretakers: Caretakers | undefined;
  private whole: { readonly own: AgentConfig; readonly with: AgentConfig & CareConfig } | undefined;

  static async open(deps: CareDeps): Promise<Care> {
    const { log, config } = deps;
    const folder = join(config().data, 'facts');
    const facts = await openFacts(folder, (what) => log.warn('a fact is set aside', { ...what }));
    return new Care(deps, facts);
  }

  private constructor(deps: CareDeps, facts: Facts) {
    this.deps = deps;
    this.facts = facts;
    const { log, telemetry } = deps;
    const { clock, journal, host, boot } = telemetry;
    const { runner } = this;
    this.helper = createHelper(this.config().helper.socket);
    const { helper } = this;
    this.adapting = new Adapting({
      ...{ clock, log, journal, host, data: this.config().data },
      rules: () => this.config().adapt,
      changed: () => this.adapted(),
    });
    this.desk = new UpdateDesk({
      ...{ log, clock, journal, facts, runner, helper, restartAgent: deps.restartAgent },
      config: () => this.config(),
      clockTrusted: () => telemetry.clockTrusted,
      linkUp: () => telemetry.connected,
      failing: (names) => this.caretakers?.failing(names) ?? names,
      busy: () => this.caretakers?.busy(),
      calm: (signal) => this.caretakers?.calm(signal) ?? Promise.resolve(),
      changed: () => {
        telemetry.announce('reported');
        this.caretakers?.maintaining.look();
      },
    });
    const file = createFlagsFile(this.config().flags.file);
    this.reconciling = new Reconciling({
      ...{ clock, log, journal, facts },
      samples: () => telemetry.rows,
      linkUp: () => telemetry.connected,
      overall: () => this.caretakers?.health().overall ?? 'healthy',
      apply: deps.apply,
      effective: () => deps.config(),
      declared: () => this.declared(),
      packages: () => this.desk.packages(),
      directed: () => this.desk.directed(),
      giveFlags: (flags) => file.write(flags),
      changed: () => telemetry.announce('reported'),
    });
    this.commanding = new Commanding({
      ...{ log, journal, facts, boot, kinds: remoteCommands },
      context: {
        ...{ clock, host, runner, helper, restartAgent: deps.restartAgent },
        runCheck: (name) => this.withCaretakers((they) => they.checking.runNow(name)),
        runTask: (name, options) =>
          this.withCaretakers((they) => they.maintaining.runNow(name, options)),
        cancelTask: (name) => this.caretakers?.maintaining.cancel(name) ?? false,
        updateNow: () => this.desk.updateNow(),
        inTheWayOfReboot: () =>
          this.desk.hasMachine
            ? 'an update changes what runs'
            : this.caretakers?.inTheWayOfReboot(),
      },
      allowed: () => this.config().commands.allow,
      logs: () => this.config().commands.logs,
      trusted: () => telemetry.clockTrusted,
      life: randomBytes(8).toString('hex'),
    });
  }

  async start(): Promise<void> {
    await this.followConfig();
    await this.commanding.start();
    this.adapting.start();
    await this.reconciling.start();
    this.deps.telemetry.announce('reported');
  }

  async stop(): Promise<void> {
    this.adapting.stop();
    this.reconciling.stop();
    this.commanding.stop();
    await this.desk.stop();
    await this.caretakers?.stop();
  }

  /** A person said so: the device's own file may be another. */
  async reapply(): Promise<void> {
    await this.reconciling.reapply();
    this.caretakers?.resume();
  }

  /** The configuration in force is another. */
  async followConfig(): Promise<void> {
    // First those whom an update asks: checks are part of its probe.
    await this.followCaretakers();
    await this.desk.follow().catch((error: unknown) => {
      this.deps.log.error('updates could not be started', { error: String(error) });
    });
  }

  private async followCaretakers(): Promise<void> {
    const { checks, tasks, remedies } = this.config();
    const isAny = [checks, tasks, remedies].some((some) => Object.keys(some).length > 0);
    if (this.caretakers !== undefined) return this.caretakers.reload();
    if (!isAny) return;
    const { Caretakers } = await import('./caretakers.ts');
    const { log, telemetry, restartAgent } = this.deps;
    const { facts, runner, helper } = this;
    this.caretakers = await Caretakers.open({
      ...{ log, telemetry, facts, runner, helper, restartAgent },
      config: () => this.config(),
      effects: () => this.adapting.effects(),
      healthChanged: () => telemetry.announce('health'),
      update: this.desk,
    });
    await this.caretakers.start();
  }

  received(kind: 'desired' | 'cmd', id: string | undefined, payload: Uint8Array): void {
    const done =
      kind === 'desired' ? this.desired(payload) : this.commanding.received(id ?? '', payload);
    done.catch((error: unknown) =>
      this.deps.log.error('a message of the collector was not followed', {
        kind,
        error: String(error),
      }),
    );
  }

  /** Packages are taken from the newest version alone, whatever became of its configuration. */
  private async desired(payload: Uint8Array): Promise<void> {
    await this.reconciling.received(payload);
    const read = decodeDesired(payload);
    if (!read.ok || read.value.version < this.reconciling.status().seen) return;
    await this.desk.want(read.value.packages);
  }

  retained(): Retained {
    const { caretakers } = this;
    const kinds = new Map([['reported' as Kind, () => this.reconciling.reported()]]);
    if (caretakers !== undefined) kinds.set('health', () => encodeHealth(caretakers.health()));
    return kinds;
  }

  samplers(): readonly Sampler[] {
    return [...(this.caretakers?.samplers() ?? []), this.adapting.sampler];
  }

  effects(): Effects {
    return this.adapting.effects();
  }

  /** What can be asked through the local door. */
  routes() {
    return {
      '/health': () => this.caretakers?.checking.status() ?? WITHOUT_CHECKS,
      '/tasks': () => this.caretakers?.maintaining.status() ?? [],
      '/remedies': () => this.caretakers?.remedying.status() ?? [],
      '/updates': () => this.desk.status(),
      '/pressure': () => this.adapting.status(),
      '/desired': () => this.reconciling.status(),
      '/commands': () => this.commanding.status(),
      '/flags': () => this.reconciling.flags(),
      '/flags/': (name: string) => flagOf(this.reconciling.flags(), name),
    };
  }

  private config(): AgentConfig & CareConfig {
    const own = this.deps.config();
    if (this.whole?.own !== own) {
      this.whole = { own, with: { ...defaultCare(own.folder, own.socket.path), ...own } };
    }
    return this.whole.with;
  }

  private declared() {
    const { checks, tasks, commands } = this.config();
    const names = (some: object) => Object.keys(some).sort();
    return { checks: names(checks), tasks: names(tasks), commands: commands.allow };
  }

  /** Checks look at the stretch themselves, and so does the link. */
  private adapted(): void {
    this.caretakers?.maintaining.look();
    this.deps.resample();
  }

  private withCaretakers(
    ask: (caretakers: Caretakers) => Promise<{ readonly ok: boolean; readonly text: string }>,
  ) {
    if (this.caretakers !== undefined) return ask(this.caretakers);
    return Promise.resolve({ ok: false, text: 'this device declares no checks and no tasks' });
  }
}

function flagOf(flags: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(flags, name) ? { name, value: flags[name] } : undefined;
}
