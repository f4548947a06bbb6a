/** Puts the agent together: with the files beside `app/` the only place that constructs. */
import { Telemetry, type TelemetryHooks } from './app/telemetry.ts';
import type { AgentConfig } from './config.ts';
import type { Log } from './ports.ts';
import type { Sampler } from './samplers/sampler.ts';

export class AgentApp {
  private readonly telemetry: Telemetry;
  private changing: Promise<void> = Promise.resolve();

  static async open(config: AgentConfig, log: Log, given?: readonly Sampler[]): Promise<AgentApp> {
    const hooks: TelemetryHooks = {
      samplers: () => [],
      retained: () => new Map(),
      received: () => undefined,
      stretch: () => 1,
    };
    return new AgentApp(await Telemetry.open(config, log, hooks, given));
  }

  private constructor(telemetry: Telemetry) {
    this.telemetry = telemetry;
  }

  /** Starts everything; resolves when the first samples are in the buffer, or in memory. */
  start(): Promise<void> {
    return this.alone(() => this.telemetry.start());
  }

  stop(): Promise<void> {
    return this.alone(() => this.telemetry.stop());
  }

  reload(config: AgentConfig): Promise<void> {
    return this.alone(() => this.telemetry.reload(config));
  }

  /** What `muster-agent status` shows. */
  status() {
    return this.telemetry.status();
  }

  /** One line for systemd's STATUS. */
  statusLine(): string {
    return this.telemetry.statusLine();
  }

  /** One change of what runs at a time: two reloads at once would leave two samplings behind. */
  private alone(change: () => Promise<void>): Promise<void> {
    const done = this.changing.then(change);
    this.changing = done.catch(() => undefined);
    return done;
  }
}
