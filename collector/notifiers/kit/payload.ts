/** A notification as Alertmanager describes it: for templates, and as the JSON of a webhook. */

import { type Alert, isResolved } from '../../core/alerting/alert.ts';
import { fingerprint } from '../../core/alerting/fingerprint.ts';
import { rfc3339 } from '../../core/template/json.ts';
import {
  type AlertData,
  NEVER,
  type NotificationData,
} from '../../core/template/notification-data.ts';
import { type Scope, scopeOf } from '../../core/template/template-set.ts';
import type { Notification } from '../notifier.ts';

type Texts = Readonly<Record<string, string>>;

export function notificationData(notification: Notification): NotificationData {
  const { decidedAt, acknowledgeUrl } = notification;
  const alerts = notification.alerts.map((alert) => alertData(alert, decidedAt));
  const isFiring = alerts.some(({ status }) => status === 'firing');
  return {
    receiver: notification.receiver,
    status: isFiring ? 'firing' : 'resolved',
    alerts,
    groupLabels: sorted(notification.groupLabels),
    commonLabels: common(alerts.map(({ labels }) => labels)),
    commonAnnotations: common(alerts.map(({ annotations }) => annotations)),
    externalURL: notification.externalUrl,
    ...(acknowledgeUrl === undefined ? {} : { acknowledgeURL: acknowledgeUrl }),
  };
}

export function scopeFor(notification: Notification): Scope {
  return scopeOf(notificationData(notification), notification.decidedAt);
}

/** The body of a webhook, version 4 of Alertmanager's; `acknowledgeURL` is ours. */
export function webhookBody(notification: Notification): string {
  const { acknowledgeURL, alerts, ...data } = notificationData(notification);
  const body = {
    receiver: data.receiver,
    status: data.status,
    alerts: alerts.map(alertJson),
    groupLabels: data.groupLabels,
    commonLabels: data.commonLabels,
    commonAnnotations: data.commonAnnotations,
    externalURL: data.externalURL,
    version: '4',
    groupKey: notification.groupKey,
    truncatedAlerts: notification.truncatedAlerts,
    ...(acknowledgeURL === undefined ? {} : { acknowledgeURL }),
  };
  return JSON.stringify(body);
}

export function alertJson(alert: AlertData): object {
  return { ...alert, startsAt: rfc3339(alert.startsAt), endsAt: rfc3339(alert.endsAt) };
}

/** The first so many; 0 is all. */
export function truncated(notification: Notification, limit: number): Notification {
  const left = limit === 0 ? 0 : Math.max(0, notification.alerts.length - limit);
  if (left === 0) return notification;
  return {
    ...notification,
    alerts: notification.alerts.slice(0, limit),
    truncatedAlerts: notification.truncatedAlerts + left,
  };
}

function alertData(alert: Alert, now: number): AlertData {
  const resolved = isResolved(alert, now);
  return {
    status: resolved ? 'resolved' : 'firing',
    labels: alert.labels.toObject(),
    annotations: sorted(alert.annotations),
    startsAt: alert.startsAt,
    endsAt: resolved ? alert.endsAt : NEVER,
    generatorURL: alert.generatorUrl,
    fingerprint: fingerprint(alert.labels),
  };
}

function common(all: readonly Texts[]): Texts {
  const [first = {}, ...rest] = all;
  const shared = Object.entries(first).filter(([name, value]) =>
    rest.every((other) => Object.hasOwn(other, name) && other[name] === value),
  );
  return Object.fromEntries(shared);
}

function sorted(texts: Texts): Texts {
  return Object.fromEntries(Object.entries(texts).sort(([a], [b]) => (a < b ? -1 : 1)));
}
