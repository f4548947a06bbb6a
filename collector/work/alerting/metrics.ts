/** Alerting in numbers, under the names that Alertmanager's have behind their prefix. */
import type { Counter, Histogram } from '../../core/metrics/children.ts';
import type { Family, Metrics } from '../../core/metrics.ts';

type PerReceiver = Family<Counter, 'integration' | 'receiver'>;

export interface AlertingMetrics {
  readonly notifications: PerReceiver;
  readonly failed: Family<Counter, 'integration' | 'receiver' | 'reason'>;
  readonly requests: PerReceiver;
  readonly requestsFailed: PerReceiver;
  readonly latency: Family<Histogram, 'integration'>;
  readonly repeated: Counter;
  readonly suppressed: Family<Counter, 'reason'>;
  readonly received: Family<Counter, 'status'>;
  readonly invalid: Counter;
}

export interface AlertingFigures {
  readonly alerts: Readonly<Record<'active' | 'suppressed' | 'resolved', number>>;
  readonly silences: Readonly<Record<'active' | 'pending' | 'expired', number>>;
  readonly groups: number;
  readonly reloadOk: boolean;
  readonly reloadedAt: number;
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];

export function alertingMetrics(metrics: Metrics): AlertingMetrics {
  const receiver = ['integration', 'receiver'] as const;
  return {
    notifications: metrics.counters({
      name: 'muster_notifications_total',
      help: 'Notifications attempted, each with all its retries.',
      labels: receiver,
    }),
    failed: metrics.counters({
      name: 'muster_notifications_failed_total',
      help: 'Notifications that failed after all retries.',
      labels: [...receiver, 'reason'],
    }),
    requests: metrics.counters({
      name: 'muster_notification_requests_total',
      help: 'Attempts to notify.',
      labels: receiver,
    }),
    requestsFailed: metrics.counters({
      name: 'muster_notification_requests_failed_total',
      help: 'Attempts to notify that failed.',
      labels: receiver,
    }),
    latency: metrics.histograms({
      name: 'muster_notification_latency_seconds',
      help: 'Time of one attempt.',
      labels: ['integration'],
      buckets: SECONDS,
    }),
    repeated: metrics.counter({
      name: 'muster_notifications_repeated_total',
      help: 'Notifications sent again after a restart, with the same key: nobody knows whether they had arrived.',
    }),
    suppressed: metrics.counters({
      name: 'muster_notifications_suppressed_total',
      help: 'Alerts held back at a flush, by stage.',
      labels: ['reason'],
    }),
    received: metrics.counters({
      name: 'muster_alerts_received_total',
      help: 'Alerts received, repeats among them.',
      labels: ['status'],
    }),
    invalid: metrics.counter({
      name: 'muster_alerts_invalid_total',
      help: 'Alerts refused as not valid.',
    }),
  };
}

export function alertingGauges(metrics: Metrics, read: () => AlertingFigures): void {
  const alerts = metrics.gauges({
    name: 'muster_alerts',
    help: 'Alerts known, by state.',
    labels: ['state'],
  });
  const silences = metrics.gauges({
    name: 'muster_silences',
    help: 'Silences known, by state.',
    labels: ['state'],
  });
  const groups = metrics.gauge({
    name: 'muster_dispatcher_aggregation_groups',
    help: 'Groups of alerts.',
  });
  const reload = metrics.gauge({
    name: 'muster_alerting_config_last_reload_successful',
    help: '1 when the last reading of the configuration of alerts succeeded.',
  });
  const reloadAt = metrics.gauge({
    name: 'muster_alerting_config_last_reload_success_timestamp_seconds',
    help: 'When that configuration was taken over.',
  });
  metrics.onCollect(() => {
    const figures = read();
    for (const [state, n] of Object.entries(figures.alerts)) alerts.with({ state }).set(n);
    for (const [state, n] of Object.entries(figures.silences)) silences.with({ state }).set(n);
    groups.set(figures.groups);
    reload.set(Number(figures.reloadOk));
    reloadAt.set(figures.reloadedAt / 1000);
  });
}
