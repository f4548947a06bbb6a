/** Alerting over memory and a clock of the test's, with receivers that remember what they were told. */
import type { Alert } from '../../../collector/core/alerting/alert.ts';
import { isResolved } from '../../../collector/core/alerting/alert.ts';
import { LabelSet } from '../../../collector/core/label-set.ts';
import { createMetrics } from '../../../collector/core/metrics.ts';
import type { Notification, Outcome } from '../../../collector/notifiers/notifier.ts';
import { Alerting, type AlertingDeps } from '../../../collector/work/alerting/alerting.ts';
import type { Channels } from '../../../collector/work/alerting/receivers.ts';
import { AlertingViews } from '../../../collector/work/alerting/views.ts';
import { FakeClock } from '../fake-clock.ts';
import { silentLog } from '../silent-log.ts';
import { MemoryCatalog } from './memory-catalog.ts';
import { simpleChannels } from './webhook-channel.ts';

export interface Told {
  readonly receiver: string;
  readonly groupKey: string;
  readonly key: string;
  /** `+DiskFull a` or `-DiskFull a`: firing or resolved, alertname, instance. */
  readonly alerts: readonly string[];
  /** Since the rig's start. */
  readonly at: number;
}

export interface RigOptions {
  readonly catalog?: MemoryCatalog;
  readonly clock?: FakeClock;
  readonly stages?: AlertingDeps['stages'];
}

export class Rig {
  readonly clock: FakeClock;
  readonly catalog: MemoryCatalog;
  readonly metrics = createMetrics();
  readonly told: Told[] = [];
  /** What receivers answer; told first, then answered. */
  answer: (notification: Notification, signal: AbortSignal) => Outcome | Promise<Outcome> = () => ({
    ok: true,
  });
  text: string;
  readonly alerting: Alerting;
  readonly views: AlertingViews;
  private ids = 0;
  private readonly zero: number;

  constructor(text: string, options: RigOptions = {}) {
    this.text = text;
    this.clock = options.clock ?? new FakeClock();
    this.catalog = options.catalog ?? new MemoryCatalog();
    this.zero = this.clock.wall();
    this.alerting = new Alerting({
      clock: this.clock,
      log: silentLog,
      catalog: this.catalog,
      metrics: this.metrics,
      files: {
        config: () => Promise.resolve({ path: 'alerting.yml', text: this.text }),
        templates: () => Promise.resolve([]),
      },
      channels: channels((notification, signal) => this.hear(notification, signal)),
      random: () => 0.5,
      newId: () => `silence-${++this.ids}`,
      externalUrl: 'http://muster.test',
      retentionMs: 120 * 3_600_000,
      ...(options.stages && { stages: options.stages }),
    });
    this.views = new AlertingViews(this.alerting, this.clock);
  }

  async start(): Promise<this> {
    const problems = await this.alerting.start();
    if (problems.length > 0) throw new Error(JSON.stringify(problems));
    await this.turns();
    return this;
  }

  alert(labels: Readonly<Record<string, string>>, more: Partial<Alert> = {}): Alert {
    const now = this.clock.wall();
    return {
      labels: LabelSet.fromObject(labels),
      annotations: {},
      startsAt: now,
      endsAt: now + 3_600_000,
      generatorUrl: '',
      updatedAt: now,
      ...more,
    };
  }

  async fire(...labels: Readonly<Record<string, string>>[]): Promise<void> {
    await this.alerting.store.put(labels.map((one) => this.alert(one)));
  }

  async resolve(...labels: Readonly<Record<string, string>>[]): Promise<void> {
    const now = this.clock.wall();
    await this.alerting.store.put(
      labels.map((one) => this.alert(one, { startsAt: now - 1, endsAt: now })),
    );
  }

  /** Lets time pass; each timer's work is done before the next. */
  async advance(ms: number): Promise<void> {
    const end = this.clock.mono() + ms;
    await this.turns();
    for (
      let next = this.clock.next();
      next !== undefined && next <= end;
      next = this.clock.next()
    ) {
      await this.clock.advance(Math.max(0, next - this.clock.mono()));
      await this.turns();
    }
    await this.clock.advance(end - this.clock.mono());
    await this.turns();
  }

  /** What was told since the last look. */
  take(): Told[] {
    return this.told.splice(0);
  }

  async turns(): Promise<void> {
    for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
  }

  private async hear(notification: Notification, signal: AbortSignal): Promise<Outcome> {
    const { receiver, groupKey, idempotencyKey, alerts, decidedAt } = notification;
    this.told.push({
      receiver,
      groupKey,
      key: idempotencyKey,
      alerts: alerts.map((alert) => {
        const sign = isResolved(alert, decidedAt) ? '-' : '+';
        return `${sign}${alert.labels.get('alertname')} ${alert.labels.get('instance')}`.trimEnd();
      }),
      at: this.clock.wall() - this.zero,
    });
    return this.answer(notification, signal);
  }
}

type Send = (notification: Notification, signal: AbortSignal) => Promise<Outcome>;

function channels(send: Send): Channels {
  return simpleChannels((value) => ({
    sendResolved: (value as { send_resolved?: boolean } | undefined)?.send_resolved ?? true,
    send,
  }));
}
