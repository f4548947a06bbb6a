/**
 * Alerting: from an alert that rules raise to people who are told. Alerts, silences, what was told
 * and what is being told are durable; groups and their timers are made anew from them at each start
 * and each reload, as Alertmanager does.
 */
import type { ConfigProblem } from '../../../protocol/config/problem.ts';
import type { AlertingConfig } from '../../core/alerting/config/load.ts';
import type { TrackedAlert } from '../../core/alerting/identity.ts';
import { Inhibition } from '../../core/alerting/inhibition.ts';
import type { LabelSet } from '../../core/label-set.ts';
import type { Metrics } from '../../core/metrics.ts';
import type { AlertingFiles } from '../../ports/alerting.ts';
import type { Catalog, Clock, Log } from '../../ports.ts';
import { Commits } from '../commits.ts';
import { AlertStore } from './alert-store.ts';
import { nobodyTold, type Ready, readConfiguration } from './configuration.ts';
import { Delivery, type DeliveryDeps, ENDING } from './delivery.ts';
import { Dispatcher } from './dispatcher.ts';
import type { AlertGroup } from './group.ts';
import { History } from './history.ts';
import { Holds } from './holds.ts';
import type { Integration } from './integration.ts';
import { Janitor } from './janitor.ts';
import { type AlertingMetrics, alertingMetrics } from './metrics.ts';
import { NotificationLog } from './notification-log.ts';
import type { Channels } from './receivers.ts';
import { SilenceStore } from './silence-store.ts';
import {
  type FlushContext,
  inhibitStage,
  type Stage,
  silenceStage,
  timeActiveStage,
  timeMuteStage,
} from './stages.ts';

export interface AlertingDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Of its own: nothing else writes there. */
  readonly catalog: Catalog;
  readonly metrics: Metrics;
  readonly files: AlertingFiles;
  readonly channels: Channels;
  /** 0 to 1. */
  readonly random: () => number;
  readonly newId: () => string;
  /** Base of links into the page, without a slash at its end. */
  readonly externalUrl: string;
  /** Of history, silences that are over, and what was told. */
  readonly retentionMs: number;
  /** What else may hold alerts back, behind the silences: maintenance, acknowledgement, flap damping. */
  readonly stages?: readonly Stage[];
  readonly acknowledgeUrl?: DeliveryDeps['acknowledgeUrl'];
  readonly repeats?: DeliveryDeps['repeats'];
}

interface Running extends Omit<Ready, 'receivers'> {
  readonly dispatcher: Dispatcher;
}

export class Alerting {
  readonly store: AlertStore;
  readonly silences: SilenceStore;
  readonly history: History;
  readonly holds = new Holds();
  readonly metrics: AlertingMetrics;
  startedAt = 0;
  /** When the configuration in force was taken over; whether the last reading succeeded. */
  reloadedAt = 0;
  reloadOk = false;
  private readonly deps: AlertingDeps;
  private readonly commits: Commits;
  private readonly notifications: NotificationLog;
  private readonly delivery: Delivery;
  private readonly janitor: Janitor;
  private readonly stages: readonly Stage[];
  /** Of flushes under way: aborted when the process ends. */
  private readonly attempts = new Set<AbortController>();
  private readonly recovery = new AbortController();
  private readonly retired: Dispatcher[] = [];
  private current: Running | undefined;
  private inhibition = new Inhibition([]);
  private recovering: Promise<void> = Promise.resolve();
  private recovered = false;

  constructor(deps: AlertingDeps) {
    this.deps = deps;
    const { catalog, clock, log, externalUrl, acknowledgeUrl, repeats, newId } = deps;
    this.metrics = alertingMetrics(deps.metrics);
    this.commits = new Commits(catalog);
    const { commits, metrics } = this;
    this.history = new History(catalog, commits, clock, deps.retentionMs);
    const { history } = this;
    this.store = new AlertStore({ clock, commits, history });
    this.silences = new SilenceStore({ clock, commits, history, newId });
    this.notifications = new NotificationLog(commits, history);
    const { notifications } = this;
    this.delivery = new Delivery({
      clock,
      log,
      notifications,
      metrics,
      externalUrl,
      ...(acknowledgeUrl && { acknowledgeUrl }),
      ...(repeats && { repeats }),
    });
    const intervals = () => this.config.intervals;
    this.stages = [
      timeActiveStage(intervals),
      timeMuteStage(intervals),
      inhibitStage(() => this.inhibition),
      silenceStage(this.silences.index),
      ...(deps.stages ?? []),
    ];
    this.store.onChange((changed) => this.spread(changed));
    this.janitor = new Janitor({
      clock,
      log,
      retentionMs: deps.retentionMs,
      store: this.store,
      silences: this.silences,
      history,
      notifications,
      held: (alert) => this.dispatcher.holds(alert),
      forget: (fingerprint) => this.forget(fingerprint),
    });
  }

  get config(): AlertingConfig {
    return this.running().config;
  }

  get resolveTimeoutMs(): number {
    return this.running().resolveTimeoutMs;
  }

  get dispatcher(): Dispatcher {
    return this.running().dispatcher;
  }

  inhibitedBy(labels: LabelSet, now: number): string | undefined {
    return this.inhibition.inhibitedBy(labels, now);
  }

  /** Restores what was known and sends what a crash left open. Answers what is wrong with the files. */
  async start(): Promise<readonly ConfigProblem[]> {
    const { catalog, clock } = this.deps;
    this.startedAt = clock.wall();
    await this.store.restore(catalog);
    await this.silences.restore(catalog);
    await this.notifications.restore(catalog);
    const problems = await this.reload();
    // Alerts are kept and shown; whoever was to be told is told when the file is right.
    if (this.current === undefined) this.use(nobodyTold());
    this.janitor.start();
    return problems;
  }

  /** For those who tell beside the groups, e.g. ladders; true when every channel knows this state. */
  tellReceiver(context: FlushContext, alerts: readonly TrackedAlert[]): Promise<boolean> {
    return this.delivery.deliver(context, alerts);
  }

  /** `undefined`: no such receiver. */
  channelsOf(receiver: string): readonly Integration[] | undefined {
    return this.delivery.channelsOf(receiver);
  }

  /** Takes over the configuration if it is right; if not, answers why, and nothing changes. */
  async reload(): Promise<readonly ConfigProblem[]> {
    const { files, channels, clock, random } = this.deps;
    const integration = { clock, random, metrics: this.metrics };
    const read = await readConfiguration(files, channels, integration);
    this.reloadOk = read.ok;
    if (!read.ok) return read.problems;
    this.use(read.ready);
    this.reloadedAt = clock.wall();
    if (!this.recovered) this.recover();
    return [];
  }

  /** Begins nothing new, lets what is being sent come to its end for a while, then gives up on it. */
  async stop(graceMs = 5000): Promise<void> {
    this.janitor.stop();
    this.current?.dispatcher.retire();
    const cancel = this.deps.clock.after(graceMs, () => {
      for (const one of this.attempts) one.abort(ENDING);
    });
    const dispatchers = [...this.retired, ...(this.current ? [this.current.dispatcher] : [])];
    await Promise.all([this.recovering, ...dispatchers.map((one) => one.settled())]);
    cancel();
    await this.store.save().catch(() => undefined);
    await this.commits.settled();
  }

  private running(): Running {
    if (this.current === undefined) throw new Error('alerting has no configuration yet');
    return this.current;
  }

  private use({ config, resolveTimeoutMs, receivers }: Ready): void {
    const before = this.current?.dispatcher;
    before?.retire();
    if (before !== undefined) this.retire(before);
    this.inhibition = new Inhibition(config.inhibitRules);
    this.holds.clear();
    this.delivery.use(receivers);
    this.current = { config, resolveTimeoutMs, dispatcher: this.newDispatcher(config) };
    this.spread([...this.store.all()]);
  }

  /** Sends what a crash left open; a flush that is about the same waits for it. */
  private recover(): void {
    this.recovered = true;
    this.attempts.add(this.recovery);
    const { retired } = this.dispatcher;
    this.recovering = this.delivery
      .recover(this.recovery.signal, retired)
      .catch((error: unknown) => {
        this.deps.log.error('recovery of notifications failed', { error: String(error) });
      });
  }

  private newDispatcher(config: AlertingConfig): Dispatcher {
    const dispatcher: Dispatcher = new Dispatcher(config.route, {
      clock: this.deps.clock,
      tell: (group, alerts, now, attempts) => this.tell(dispatcher, group, alerts, now, attempts),
      settle: async (alerts, now) => {
        await this.store.settle(alerts, now).catch((error: unknown) => {
          this.deps.log.error('alerts that ran out were not kept', { error: String(error) });
        });
      },
    });
    return dispatcher;
  }

  private async tell(
    dispatcher: Dispatcher,
    group: AlertGroup,
    alerts: readonly TrackedAlert[],
    now: number,
    attempts: AbortController,
  ): Promise<boolean> {
    const context: FlushContext = {
      route: group.route,
      groupKey: group.key,
      groupLabels: group.labels.toObject(),
      now,
      deadline: attempts.signal,
      retired: dispatcher.retired,
    };
    const { passed, events } = this.holds.run(this.stages, context, alerts);
    this.history.note(events);
    this.countHeld(context, alerts, passed);
    if (passed.length === 0) return true;
    this.attempts.add(attempts);
    const told = await this.delivery.deliver(context, passed);
    this.attempts.delete(attempts);
    return told;
  }

  private countHeld(
    { route }: FlushContext,
    alerts: readonly TrackedAlert[],
    passed: readonly TrackedAlert[],
  ): void {
    if (passed.length === alerts.length) return;
    for (const { fingerprint } of alerts) {
      const held = this.holds.get(route.id, fingerprint);
      if (held !== undefined) this.metrics.suppressed.with({ reason: held.stage }).inc();
    }
  }

  /** Sources of inhibition first: what they hold back may be among the same alerts. */
  private spread(changed: readonly TrackedAlert[]): void {
    if (this.current === undefined) return;
    for (const { alert } of changed) this.inhibition.put(alert);
    for (const tracked of changed) this.dispatcher.put(tracked);
  }

  private forget(fingerprint: string): void {
    this.silences.index.forget(fingerprint);
    this.holds.forget(this.dispatcher.forget(fingerprint), fingerprint);
  }

  private retire(dispatcher: Dispatcher): void {
    this.retired.push(dispatcher);
    void dispatcher.settled().then(() => {
      this.retired.splice(this.retired.indexOf(dispatcher), 1);
    });
  }
}
