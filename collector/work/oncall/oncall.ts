/**
 * On-call: what Muster does for people beyond Alertmanager's stages. Built before alerting, which
 * takes its stages and links; attached to it, and started after it.
 */
import type { ConfigProblem } from '../../../protocol/config/problem.ts';
import { isResolved } from '../../core/alerting/alert.ts';
import type { TrackedAlert } from '../../core/alerting/identity.ts';
import type { Metrics } from '../../core/metrics.ts';
import { onCallEvent } from '../../core/oncall/events.ts';
import type { DeviceLabels } from '../../core/oncall/maintenance.ts';
import type { Named } from '../../core/oncall/policies.ts';
import type { Notification } from '../../notifiers/notifier.ts';
import type { AlertingFiles } from '../../ports/alerting.ts';
import type { AlertSink } from '../../ports/alerts.ts';
import type { PoliciesFile } from '../../ports/oncall.ts';
import type { Cancel, Catalog, Clock, Log } from '../../ports.ts';
import type { Alerting } from '../alerting/alerting.ts';
import { ENDING } from '../alerting/delivery.ts';
import type { Channels } from '../alerting/receivers.ts';
import type { Stage } from '../alerting/stages.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { Escalations } from './escalations.ts';
import { FlapFilter } from './flap-filter.ts';
import { alertingGround } from './ground.ts';
import { Links } from './links.ts';
import { Maintenances } from './maintenances.ts';
import { OnCallMemory } from './memory.ts';
import { onCallMetrics } from './metrics.ts';
import { PolicyBook } from './policies.ts';
import { reportChannels } from './report-channels.ts';
import { makeReport } from './reports.ts';
import { maintenanceStage, type Recurring, recurringStage } from './stages.ts';
import { Summaries } from './summaries.ts';

const SWEEP_MS = 15_000;
/** In sweeps. */
const FORGET_EVERY = 240;

export interface OnCallDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** The same as alerting's: keys never meet, and the history is written along. */
  readonly catalog: Catalog;
  readonly metrics: Metrics;
  /** Absent: no policies. */
  readonly policies: PoliciesFile | undefined;
  readonly newId: () => string;
  readonly labelsOf: DeviceLabels;
  /** Of signed links: 32 random bytes. */
  readonly linkKey: Uint8Array;
  readonly externalUrl: string;
  /** As alerting has them: summaries go through the same channels. */
  readonly channels: Channels;
  readonly files: AlertingFiles;
}

export class OnCall {
  readonly acknowledgements: Acknowledgements;
  readonly maintenances: Maintenances;
  readonly escalations: Escalations;
  readonly flaps: FlapFilter;
  readonly links: Links;
  /** Behind alerting's own. */
  readonly stages: readonly Stage[];
  readonly recurring: Recurring;
  readonly externalUrl: string;
  readonly clock: Clock;
  private readonly deps: OnCallDeps;
  private readonly memory: OnCallMemory;
  private readonly book: PolicyBook;
  private readonly summaries: Summaries;
  private attached: Alerting | undefined;
  private cancel: Cancel = () => {};
  private sweeps = 0;
  private readonly ending = new AbortController();
  private sweeping: Promise<void> = Promise.resolve();

  constructor(deps: OnCallDeps) {
    this.deps = deps;
    const { clock, log, catalog, newId, labelsOf, externalUrl, linkKey: key } = deps;
    this.clock = clock;
    this.externalUrl = externalUrl;
    this.memory = new OnCallMemory(catalog);
    const { memory } = this;
    this.book = new PolicyBook(deps.policies);
    this.acknowledgements = new Acknowledgements(clock, memory);
    this.maintenances = new Maintenances({ clock, memory, newId, labelsOf });
    this.links = new Links({ clock, memory, key, externalUrl });
    const policies = () => this.book.policies;
    this.flaps = new FlapFilter({ clock, log, memory, policy: () => policies().flapping });
    const isAcknowledged = (one: TrackedAlert, now: number) =>
      this.acknowledgements.get(one, now) !== undefined;
    this.escalations = new Escalations({ clock, log, memory, policies, isAcknowledged });
    this.recurring = {
      silences: () => policies().silences,
      intervals: () => this.alerting.config.intervals,
    };
    this.stages = [maintenanceStage(this.maintenances), recurringStage(this.recurring)];
    this.summaries = new Summaries({
      clock,
      log,
      memory,
      policies: () => policies().summaries,
      report: (wish) => {
        const { store, history } = this.alerting;
        return makeReport({ store, history, clock, externalUrl }, wish);
      },
      channels: (receivers) => reportChannels(this.alerting.config, deps, receivers),
    });
    onCallMetrics(deps.metrics, this);
  }

  /** What rules hand their alerts to. */
  get sink(): AlertSink {
    return this.flaps;
  }

  get alerting(): Alerting {
    if (this.attached === undefined) throw new Error('on-call has no alerting yet');
    return this.attached;
  }

  /** For alerting: the link in a message. */
  readonly acknowledgeUrl = (notification: Notification): string | undefined =>
    this.links.urlOf(notification);

  /** For alerting: whether firing alerts that were told before are told again: not when somebody has all. */
  readonly repeats = (alerts: readonly TrackedAlert[], now: number): boolean =>
    alerts.some(
      (one) => !isResolved(one.alert, now) && this.acknowledgements.get(one, now) === undefined,
    );

  /** `sink`: what damped alerts are handed on to. */
  attach(alerting: Alerting, sink: AlertSink = alerting.store): void {
    this.attached = alerting;
    this.memory.attach(alerting.history);
    this.flaps.attach(sink);
    alerting.store.onChange(() => this.escalations.touch());
    this.escalations.attach(
      alertingGround({
        alerting,
        stages: this.stages,
        after: (delayMs, action) => this.clock.after(delayMs, action),
        now: () => this.clock.wall(),
        ending: this.ending.signal,
        abandoned: ({ receiver, key: groupKey, fingerprints }) => {
          this.deps.log.error('escalation: no such receiver any more', { receiver, groupKey });
          const data = { receiver, groupKey };
          const event = onCallEvent('notify-abandoned', this.clock.wall(), fingerprints, data);
          alerting.history.note([event]);
        },
      }),
    );
  }

  /** Before alerting starts: what was known, and the policies as far as they can be judged alone. */
  async restore(): Promise<readonly ConfigProblem[]> {
    await this.acknowledgements.restore();
    await this.maintenances.restore();
    await this.escalations.restore();
    await this.flaps.restore();
    await this.summaries.restore();
    return this.book.load(undefined);
  }

  /** After alerting has started. Answers what is wrong with the policies; then none of them hold. */
  async start(): Promise<readonly ConfigProblem[]> {
    const problems = await this.reload();
    if (problems.length > 0) this.book.dropAll();
    this.flaps.start();
    this.escalations.start();
    this.summaries.start();
    this.sweepLater();
    return problems;
  }

  /** Takes over the file if it is right, after alerting has taken over its own. */
  async reload(): Promise<readonly ConfigProblem[]> {
    const problems = await this.book.load(this.named());
    this.escalations.touch();
    return problems;
  }

  /** Before alerting stops. */
  async stop(): Promise<void> {
    this.cancel();
    this.ending.abort(ENDING);
    this.flaps.stop();
    await Promise.all([this.escalations.stop(), this.summaries.stop(), this.sweeping]);
    await this.memory.settled();
  }

  private named(): Named {
    const { receivers, intervals } = this.alerting.config;
    return {
      receivers: new Set(receivers.map(({ name }) => name)),
      intervals: new Set(intervals.keys()),
    };
  }

  private sweepLater(): void {
    this.cancel = this.clock.after(SWEEP_MS, () => {
      this.sweeping = this.sweep().catch((error: unknown) => {
        this.deps.log.error('on-call: housekeeping failed', { error: String(error) });
      });
      this.sweepLater();
    });
  }

  private async sweep(): Promise<void> {
    this.sweeps += 1;
    await this.acknowledgements.sweep((fingerprint) => this.alerting.store.get(fingerprint));
    if (this.sweeps % FORGET_EVERY !== 0) return;
    await this.maintenances.sweep();
    await this.links.sweep();
  }
}
