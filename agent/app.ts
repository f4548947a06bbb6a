/**
 * Puts the agent together: with the files in `app/` the only place that constructs. Samples flow
 * first; what looks after the device comes when they do, and goes before they stop.
 */
import type { Tree } from '../protocol/messages/tree.ts';
import type { Care } from './app/care.ts';
import { composite, everySoOften } from './app/sampling-plan.ts';
import { Telemetry, type TelemetryHooks } from './app/telemetry.ts';
import type { AgentConfig, ReloadedAgentConfig } from './config.ts';
import { NO_EFFECTS } from './core/adapting/effects.ts';
import type { Log } from './ports.ts';
import type { Sampler } from './samplers/sampler.ts';
import type { Applied } from './work/reconciling/reconciling.ts';

export interface AppOptions {
  /** Instead of the registry's. */
  readonly samplers?: readonly Sampler[];
  /** Reads the device's own file again, with a tree over it. Without it the agent only samples. */
  readonly load?: (current: AgentConfig, overlay: Tree) => Promise<ReloadedAgentConfig>;
  /** Ends the agent; the service manager starts it again. */
  readonly restart?: () => void;
}

type Message = Parameters<TelemetryHooks['received']>;

/** What the collector says in the first moments is more than this only when something is wrong. */
const MOST_EARLY = 256;
/** How long the collector may take to answer the first samples before all else starts as well. */
const ANSWER_PATIENCE_MS = 250;

export class AgentApp {
  private config: AgentConfig;
  private readonly log: Log;
  private readonly options: AppOptions;
  private readonly telemetry: Telemetry;
  private care: Care | undefined;
  /** Came before there was anybody to hear it: the link is up first. */
  private early: Message[] | undefined = [];
  private changing: Promise<void> = Promise.resolve();

  /** Opens the buffer first: it alone decides whether the agent can run. */
  static async open(config: AgentConfig, log: Log, options: AppOptions = {}): Promise<AgentApp> {
    let app: AgentApp | undefined;
    const parts = () => app?.care?.samplers() ?? [];
    const telemetry = await Telemetry.open(
      config,
      log,
      {
        samplers: () => [everySoOften(composite('muster_care', parts), config)],
        retained: () => app?.care?.retained() ?? new Map(),
        received: (...message) => app?.hear(message),
        effects: () => app?.care?.effects() ?? NO_EFFECTS,
      },
      options.samplers,
    );
    app = new AgentApp(config, log, options, telemetry);
    return app;
  }

  private constructor(config: AgentConfig, log: Log, options: AppOptions, telemetry: Telemetry) {
    this.config = config;
    this.log = log;
    this.options = options;
    this.telemetry = telemetry;
  }

  /**
   * Starts everything; resolves when the first samples are in the buffer, or in memory. `flowing` is
   * awaited as soon as they are on their way.
   */
  async start(flowing: () => Promise<void> = nothing): Promise<void> {
    await this.alone(() => this.telemetry.start());
    // What comes now would be in the way of the first samples.
    if (this.options.load !== undefined) await this.telemetry.answered(ANSWER_PATIENCE_MS);
    await flowing();
    await this.startCare();
    const early = this.early ?? [];
    this.early = undefined;
    for (const message of early) this.hear(message);
  }

  async stop(): Promise<void> {
    await this.care?.stop();
    await this.alone(() => this.telemetry.stop());
  }

  /** The device's own file, read again. With problems nothing has changed. */
  async reload(): Promise<ReloadedAgentConfig> {
    const { load } = this.options;
    if (load === undefined) throw new Error('this agent has no file to read');
    const own = await load(this.config, {});
    if (!own.ok) return own;
    if (this.care === undefined) await this.takeOver(own.config);
    else await this.care.reapply();
    return own;
  }

  /** What `muster-agent status` shows. */
  status() {
    return this.telemetry.status();
  }

  /** What can be asked through the local door. */
  routes() {
    return { '/status': () => this.status(), ...this.care?.routes() };
  }

  /** One line for systemd's STATUS. */
  statusLine(): string {
    return this.telemetry.statusLine();
  }

  /** Without what looks after the device, samples are still worth having. */
  private async startCare(): Promise<void> {
    const { options, log, telemetry } = this;
    const { load, restart = () => undefined } = options;
    if (load === undefined) return;
    try {
      const { Care } = await import('./app/care.ts');
      this.care = await Care.open({
        ...{ log, telemetry, restartAgent: restart },
        config: () => this.config,
        apply: (overlay) => this.apply(overlay),
        resample: () => void this.alone(() => this.telemetry.reload(this.config)),
      });
      await this.care.start();
    } catch (error) {
      log.error('checks, tasks and commands could not be started', { error: String(error) });
    }
  }

  private hear(message: Message): void {
    if (this.early === undefined) this.care?.received(...message);
    else if (this.early.length < MOST_EARLY) this.early.push(message);
  }

  private async apply(overlay: Tree): Promise<Applied> {
    const next = await this.options.load?.(this.config, overlay);
    if (next === undefined) return { restartNeeded: [] };
    if (!next.ok)
      return { problems: next.problems.map(({ path, message }) => ({ path, message })) };
    await this.takeOver(next.config);
    return { restartNeeded: next.changes.filter(({ restart }) => restart).map(({ path }) => path) };
  }

  private async takeOver(config: AgentConfig): Promise<void> {
    this.config = config;
    await this.alone(() => this.telemetry.reload(config));
    await this.care?.followConfig();
  }

  /** One change of what runs at a time: two reloads at once would leave two samplings behind. */
  private alone(change: () => Promise<void>): Promise<void> {
    const done = this.changing.then(change);
    this.changing = done.catch(() => undefined);
    return done;
  }
}

async function nothing(): Promise<void> {
  // Nobody waits for the first samples.
}
