/** On-call with alerting over a catalog and a clock of the test's; it can be killed at any write. */
import { randomUUID } from 'node:crypto';
import type { Alert } from '../../../collector/core/alerting/alert.ts';
import { isResolved } from '../../../collector/core/alerting/alert.ts';
import { LabelSet } from '../../../collector/core/label-set.ts';
import { createMetrics } from '../../../collector/core/metrics.ts';
import type { AlertReport } from '../../../collector/core/oncall/report.ts';
import type { Notification, Outcome } from '../../../collector/notifiers/notifier.ts';
import type { Catalog } from '../../../collector/ports.ts';
import { Alerting } from '../../../collector/work/alerting/alerting.ts';
import { AlertingViews } from '../../../collector/work/alerting/views.ts';
import { OnCallDesk } from '../../../collector/work/oncall/desk.ts';
import { OnCall } from '../../../collector/work/oncall/oncall.ts';
import { simpleChannels } from '../alerting/webhook-channel.ts';
import { FakeClock } from '../fake-clock.ts';
import { silentLog } from '../silent-log.ts';
import { GateCatalog } from './gate-catalog.ts';

const ALERTING = `
route:
  receiver: team
  group_by: [alertname]
  group_wait: 0s
  group_interval: 1m
  repeat_interval: 10m
receivers:
  - name: team
    webhook_configs: [{}]
  - name: second
    webhook_configs: [{}]
  - name: boss
    webhook_configs: [{}]
time_intervals:
  - name: nights
    time_intervals:
      - times: [{ start_time: '00:00', end_time: '06:00' }]
`;

export const START = Date.UTC(2026, 10, 21, 12);
export const MINUTE = 60_000;

export interface Heard {
  readonly receiver: string;
  readonly groupKey: string;
  readonly key: string;
  /** `+Disk a` or `-Disk a`. */
  readonly alerts: readonly string[];
  /** Since the start, minutes. */
  readonly at: number;
  readonly acknowledgeUrl?: string;
}

export interface OnCallRigOptions {
  readonly catalog: Catalog;
  readonly policies?: string;
  readonly alerting?: string;
  readonly wall?: number;
}

export class OnCallRig {
  readonly clock: FakeClock;
  readonly catalog: GateCatalog;
  readonly metrics = createMetrics();
  readonly heard: Heard[] = [];
  readonly reports: AlertReport[] = [];
  readonly onCall: OnCall;
  readonly alerting: Alerting;
  readonly views: AlertingViews;
  readonly desk: OnCallDesk;
  readonly labels = new Map<string, Record<string, string>>();
  answer: (notification: Notification) => Outcome = () => ({ ok: true });
  policies: string;

  constructor({ catalog, policies = '', alerting = ALERTING, wall = START }: OnCallRigOptions) {
    this.clock = new FakeClock(0, wall);
    this.catalog = new GateCatalog(catalog);
    this.policies = policies;
    const channels = simpleChannels(() => ({
      sendResolved: true,
      send: (notification) => this.hear(notification),
      report: (report: AlertReport) => {
        this.reports.push(report);
        return Promise.resolve({ ok: true });
      },
    }));
    const files = {
      config: () => Promise.resolve({ path: 'alerting.yml', text: alerting }),
      templates: () => Promise.resolve([]),
    };
    const common = {
      ...{ clock: this.clock, log: silentLog, catalog: this.catalog, metrics: this.metrics },
      ...{ channels, files, newId: randomUUID, externalUrl: 'http://muster.test' },
    };
    this.onCall = new OnCall({
      ...common,
      policies: { read: () => Promise.resolve({ path: 'policies.yml', text: this.policies }) },
      labelsOf: (device) => this.labels.get(device),
      linkKey: new Uint8Array(32).fill(7),
    });
    this.alerting = new Alerting({
      ...common,
      random: () => 0.5,
      retentionMs: 120 * 3_600_000,
      stages: this.onCall.stages,
      acknowledgeUrl: this.onCall.acknowledgeUrl,
      repeats: this.onCall.repeats,
    });
    this.onCall.attach(this.alerting);
    this.views = new AlertingViews(this.alerting, this.clock);
    this.desk = new OnCallDesk(this.onCall, this.views);
  }

  async start(): Promise<this> {
    await this.onCall.restore();
    const problems = [...(await this.alerting.start()), ...(await this.onCall.start())];
    if (problems.length > 0) throw new Error(JSON.stringify(problems));
    await this.turns();
    return this;
  }

  async fire(...all: Readonly<Record<string, string>>[]): Promise<void> {
    const now = this.clock.wall();
    await this.put(
      all.map((labels) =>
        alertOf(labels, { startsAt: now, endsAt: now + 86_400_000, updatedAt: now }),
      ),
    );
  }

  async resolve(...all: Readonly<Record<string, string>>[]): Promise<void> {
    const now = this.clock.wall();
    await this.put(
      all.map((labels) => alertOf(labels, { startsAt: now - 1, endsAt: now, updatedAt: now })),
    );
  }

  /** Lets time pass; each timer's work is done before the next. */
  async advance(ms: number): Promise<void> {
    const end = this.clock.mono() + ms;
    await this.turns();
    let next = this.clock.next();
    while (next !== undefined && next <= end && !this.catalog.dead) {
      await this.clock.advance(Math.max(0, next - this.clock.mono()));
      await this.turns();
      next = this.clock.next();
    }
    if (this.catalog.dead) return;
    await this.clock.advance(end - this.clock.mono());
    await this.turns();
  }

  /** What was heard since the last look. */
  take(): Heard[] {
    return this.heard.splice(0);
  }

  /** Until nothing is being written. */
  async turns(): Promise<void> {
    for (let quiet = 0; quiet < 12; ) {
      await new Promise((resolve) => setImmediate(resolve));
      quiet = this.catalog.pending === 0 ? quiet + 1 : 0;
    }
  }

  private async put(alerts: readonly Alert[]): Promise<void> {
    const done = this.onCall.sink.put(alerts);
    await Promise.race([done, this.catalog.died]);
    await this.turns();
  }

  private hear(notification: Notification): Promise<Outcome> {
    // A process that was killed tells nobody anything.
    if (this.catalog.dead) return new Promise(() => {});
    const { receiver, groupKey, idempotencyKey, alerts, decidedAt, acknowledgeUrl } = notification;
    this.heard.push({
      receiver,
      groupKey,
      key: idempotencyKey,
      alerts: alerts.map((alert) => {
        const sign = isResolved(alert, decidedAt) ? '-' : '+';
        return `${sign}${alert.labels.get('alertname')} ${alert.labels.get('instance')}`.trimEnd();
      }),
      at: (this.clock.wall() - START) / MINUTE,
      ...(acknowledgeUrl !== undefined && { acknowledgeUrl }),
    });
    return Promise.resolve(this.answer(notification));
  }
}

function alertOf(
  labels: Readonly<Record<string, string>>,
  times: Pick<Alert, 'startsAt' | 'endsAt' | 'updatedAt'>,
): Alert {
  return { labels: LabelSet.fromObject(labels), annotations: {}, generatorUrl: '', ...times };
}
