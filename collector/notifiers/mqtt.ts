/** `mqtt_configs`: each alert as JSON on a topic of its own, retained while it fires. */
import { isId } from '../../protocol/ids.ts';
import { TOPIC_ROOT } from '../../protocol/topics.ts';
import type { AlertData } from '../core/template/notification-data.ts';
import { type NotifyPorts, TransportError } from '../ports/notify.ts';
import { notifierKind } from './kit/kind.ts';
import { alertJson, notificationData } from './kit/payload.ts';
import type { Notification } from './notifier.ts';

/** Alerts of no site, or of several. */
const FLEET = '_fleet';
const VERSION = 1;

export const mqtt = notifierKind<undefined>({
  key: 'mqtt_configs',
  sendsResolved: true,
  read: () => undefined,

  async send(_config, notification, { ports, signal }) {
    const { alerts } = notificationData(notification);
    for (const alert of alerts) {
      signal.throwIfAborted();
      const payload = alert.status === 'firing' ? message(alert, notification) : '';
      await published(ports, topicOf(alert), payload);
    }
    return { ok: true, detail: `${alerts.length} published` };
  },
});

async function published(ports: NotifyPorts, topic: string, payload: string): Promise<void> {
  try {
    await ports.publisher.publish(topic, payload, { retain: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TransportError(`the broker: ${reason}`, true);
  }
}

function topicOf({ labels, fingerprint }: AlertData): string {
  const site = labels['site'] ?? '';
  return `${TOPIC_ROOT}/${isId(site) ? site : FLEET}/_collector/alert/${fingerprint}`;
}

function message(alert: AlertData, notification: Notification): string {
  const { receiver, groupKey, externalUrl, acknowledgeUrl } = notification;
  return JSON.stringify({
    version: VERSION,
    ...alertJson(alert),
    receiver,
    groupKey,
    externalURL: externalUrl,
    ...(acknowledgeUrl === undefined ? {} : { acknowledgeURL: acknowledgeUrl }),
  });
}
