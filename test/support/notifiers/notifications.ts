/** Notifications and ports for tests of channels. */
import type { Alert } from '../../../collector/core/alerting/alert.ts';
import { LabelSet } from '../../../collector/core/label-set.ts';
import { TemplateSet } from '../../../collector/core/template/template-set.ts';
import { notifyPorts } from '../../../collector/io/notify-transports/index.ts';
import { notifierKinds } from '../../../collector/notifiers/index.ts';
import type { Notification, Notifier } from '../../../collector/notifiers/notifier.ts';
import type { NotifyPorts } from '../../../collector/ports/notify.ts';

export const NOW = Date.UTC(2026, 10, 21, 6, 0, 0);

export function alert(labels: Record<string, string>, parts: Partial<Alert> = {}): Alert {
  return {
    labels: LabelSet.fromObject({ alertname: 'DiskFull', ...labels }),
    annotations: { summary: 'Disk of <b> & "c"' },
    startsAt: NOW - 600_000,
    endsAt: NOW + 300_000,
    generatorUrl: 'http://prometheus/graph?g0.expr=up',
    updatedAt: NOW,
    ...parts,
  };
}

export function notification(parts: Partial<Notification> = {}): Notification {
  return {
    idempotencyKey: 'key-1',
    receiver: 'team',
    groupKey: '{}:{alertname="DiskFull"}',
    groupLabels: { alertname: 'DiskFull' },
    alerts: [alert({ instance: 'a', site: 'home' }), alert({ instance: 'b', site: 'home' })],
    truncatedAlerts: 0,
    externalUrl: 'http://muster:8080',
    decidedAt: NOW,
    ...parts,
  };
}

export interface Published {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

export function testPorts(
  published: Published[] = [],
  env: Readonly<Record<string, string>> = {},
): NotifyPorts {
  const publisher = {
    publish: async (topic: string, payload: string, { retain }: { readonly retain: boolean }) => {
      await Promise.resolve();
      published.push({ topic, payload, retain });
    },
  };
  return notifyPorts(publisher, env);
}

export function notifier(
  key: string,
  config: Readonly<Record<string, unknown>>,
  ports: NotifyPorts = testPorts(),
  templates: TemplateSet = new TemplateSet(),
): Notifier {
  const kind = notifierKinds.find((one) => one.key === key);
  const read = kind?.read(config, [key, '0'], templates);
  if (read === undefined || !('create' in read)) {
    throw new Error(JSON.stringify(read?.findings ?? `no ${key}`));
  }
  return read.create(ports);
}

export const NO_LIMIT = new AbortController().signal;
