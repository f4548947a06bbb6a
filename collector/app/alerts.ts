/** Rules, alerting and on-call, put together: from samples to alerts, and from alerts to people. */
import { randomUUID } from 'node:crypto';
import {
  type ConfigProblem,
  formatProblem as formatConfigProblem,
} from '../../protocol/config/problem.ts';
import type { CollectorConfig } from '../config.ts';
import type { Device } from '../core/device.ts';
import type { Metrics } from '../core/metrics.ts';
import type { Engine } from '../core/query/engine.ts';
import { alertingFiles } from '../io/alerting-files.ts';
import { breathe } from '../io/clock.ts';
import { notifyPorts } from '../io/notify-transports/index.ts';
import { policiesFile } from '../io/policies-file.ts';
import { DiskRuleFiles } from '../io/rule-files.ts';
import type { AlertPublisher } from '../ports/notify.ts';
import type { RuleFileText } from '../ports/rules.ts';
import type { SampleSink } from '../ports/samples.ts';
import type { Bus, Catalog, Clock, Log } from '../ports.ts';
import { formatProblem } from '../rules/problem.ts';
import { Alerting } from '../work/alerting/alerting.ts';
import { alertingGauges } from '../work/alerting/metrics.ts';
import { notifierChannels } from '../work/alerting/receivers.ts';
import { ReceiverTester } from '../work/alerting/tester.ts';
import { AlertingViews } from '../work/alerting/views.ts';
import type { Directory } from '../work/directory.ts';
import { OnCallDesk } from '../work/oncall/desk.ts';
import { OnCall } from '../work/oncall/oncall.ts';
import { FleetFreshness } from '../work/rules/freshness.ts';
import { RuleManager } from '../work/rules/manager.ts';
import { RuleMemory } from '../work/rules/memory.ts';
import { DEFAULT_RULE_SETTINGS, type RuleSettings } from '../work/rules/settings.ts';

export interface AlertsDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly bus: Bus;
  readonly directory: Directory;
  readonly isUp: (device: Device) => boolean | undefined;
  readonly engine: Engine;
  readonly samples: SampleSink;
  /** Facts of the collector; rules keep their state among them. */
  readonly catalog: Catalog;
  /** Alerting's own. */
  readonly alertsCatalog: Catalog;
  /** The folder of the rules that come with the program. */
  readonly rulesRoot: string;
  /** Of the links by which readers of messages acknowledge: 32 random bytes. */
  readonly linkKey: Uint8Array;
  readonly config: () => CollectorConfig;
}

interface ReadRules {
  readonly texts: readonly RuleFileText[];
  /** Every file that the configuration names could be read. */
  readonly complete: boolean;
}

/** Batches of a minute, sent in time, are never further behind; see docs/rules.md. */
const ALLOWED_LAG_MS = 180_000;

export class Alerts {
  readonly views: AlertingViews;
  readonly rules: RuleManager;
  private readonly deps: AlertsDeps;
  readonly tester: ReceiverTester;
  readonly desk: OnCallDesk;
  private readonly alerting: Alerting;
  private readonly onCall: OnCall;

  constructor(deps: AlertsDeps) {
    this.deps = deps;
    const { clock, log, metrics, bus } = deps;
    const { alerting } = deps.config();
    const publish: AlertPublisher['publish'] = (topic, payload, { retain }) =>
      bus.publish(topic, payload, { qos: 1, retain });
    const common = {
      ...{ clock, log, metrics, newId: randomUUID, externalUrl: externalUrl(deps.config()) },
      catalog: deps.alertsCatalog,
      files: alertingFiles(alerting.file),
      channels: notifierChannels(notifyPorts({ publish }, process.env)),
    };
    this.onCall = new OnCall({
      ...common,
      policies: alerting.policies === undefined ? undefined : policiesFile(alerting.policies),
      linkKey: deps.linkKey,
      labelsOf: (id) => labelsOf(deps.directory.get(id)),
    });
    const { stages, acknowledgeUrl, repeats } = this.onCall;
    const retentionMs = alerting.retention;
    const seams = { stages, acknowledgeUrl, repeats };
    this.alerting = new Alerting({ ...common, random: Math.random, retentionMs, ...seams });
    this.views = new AlertingViews(this.alerting, clock);
    this.onCall.attach(this.alerting, this.views);
    this.desk = new OnCallDesk(this.onCall, this.views);
    const channelsOf = (receiver: string) => this.alerting.channelsOf(receiver);
    this.tester = new ReceiverTester({ ...common, channelsOf });
    alertingGauges(metrics, () => this.views.figures());
    this.rules = new RuleManager({
      clock,
      log,
      metrics,
      engine: deps.engine,
      samples: deps.samples,
      alerts: this.onCall.sink,
      memory: new RuleMemory(deps.catalog),
      freshness: freshness(deps),
      breathe,
      settings: () => ruleSettings(deps.config()),
    });
  }

  /** What is wrong with files is logged; ingest and everything else go on without them. */
  async start(): Promise<void> {
    const { log } = this.deps;
    await this.onCall.restore();
    const found = await this.alerting.start();
    for (const problem of found) log.error(formatConfigProblem(problem, this.alertingPath));
    if (found.length > 0) {
      log.error('the alerting file is refused: alerts are kept, and nobody is told');
    }
    this.sayOfPolicies(await this.onCall.start());
    const { texts, complete } = await this.readRules();
    const problems = await this.rules.start(texts, { complete });
    for (const problem of problems) log.error(formatProblem(problem));
    if (problems.length === 0) return;
    log.error('rule files are refused: only the rules that come with the program are evaluated');
    await this.rules.start((await this.readShipped()).texts, { complete: false });
  }

  /** Takes over new files; a file that is wrong changes nothing. */
  async reload(): Promise<void> {
    const { log } = this.deps;
    for (const problem of await this.alerting.reload())
      log.error(formatConfigProblem(problem, this.alertingPath));
    this.sayOfPolicies(await this.onCall.reload());
    const { texts, complete } = await this.readRules();
    // Rules that cannot be read have not been taken away: their alerts go on.
    if (!complete) return log.error('rules stay as they were');
    for (const problem of await this.rules.reload(texts)) log.error(formatProblem(problem));
  }

  async stop(): Promise<void> {
    await this.rules.stop();
    await this.onCall.stop();
    await this.alerting.stop();
  }

  private sayOfPolicies(problems: readonly ConfigProblem[]): void {
    const { log, config } = this.deps;
    for (const problem of problems)
      log.error(formatConfigProblem(problem, config().alerting.policies));
  }

  private get alertingPath(): string {
    return this.deps.config().alerting.file ?? 'built-in alerting file';
  }

  private async readRules(): Promise<ReadRules> {
    const shipped = await this.readShipped();
    const own = await this.read(this.deps.config().rules.files);
    return {
      texts: [...shipped.texts, ...own.texts],
      complete: shipped.complete && own.complete,
    };
  }

  private async readShipped(): Promise<ReadRules> {
    const { config, rulesRoot } = this.deps;
    if (!config().rules.shipped) return { texts: [], complete: true };
    const read = await this.read([`${rulesRoot}/*.yml`]);
    if (read.texts.length === 0) this.deps.log.warn('no shipped rules found', { rulesRoot });
    return read;
  }

  /** Files that cannot be read are left out, and said. */
  private async read(patterns: readonly string[]): Promise<ReadRules> {
    try {
      return { texts: await new DiskRuleFiles(() => patterns, '/').read(), complete: true };
    } catch (error) {
      this.deps.log.error('rule files are left out', { error: String(error) });
      return { texts: [], complete: false };
    }
  }
}

/** Where people reach the page. */
function externalUrl({ alerting, http }: CollectorConfig): string {
  const { host, port } = http.listen;
  const own = `${http.tls === undefined ? 'http' : 'https'}://${host}:${port}`;
  return (alerting.externalUrl ?? own).replace(/\/+$/, '');
}

function labelsOf(device: Device | undefined): Readonly<Record<string, string>> | undefined {
  return device && Object.fromEntries(device.state?.labels ?? []);
}

function ruleSettings(config: CollectorConfig): RuleSettings {
  const { rules, query } = config;
  return {
    ...DEFAULT_RULE_SETTINGS,
    intervalMs: rules.interval,
    queryOffsetMs: rules.queryOffset,
    holdSilentDevices: rules.holdSilentDevices,
    timeoutMs: query.timeout,
    lookbackMs: query.lookback,
    maxSamples: query.maxSamples,
    externalUrl: externalUrl(config),
  };
}

function freshness({ directory, isUp, clock }: AlertsDeps): FleetFreshness {
  return new FleetFreshness({
    devices: () => directory.all(),
    find: (id) => directory.get(id),
    isUp: (id) => {
      const device = directory.get(id);
      return device && isUp(device);
    },
    lagMs: (id) => {
      const newest = directory.get(id)?.ledger.newestWall ?? 0;
      return newest === 0 ? undefined : clock.wall() - newest;
    },
    allowedLagMs: ALLOWED_LAG_MS,
    now: () => clock.wall(),
  });
}
