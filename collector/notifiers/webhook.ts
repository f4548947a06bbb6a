/** `webhook_configs`: Alertmanager's JSON, posted to an address. */
import type { SecretSource } from './kit/fields.ts';
import { DEFAULT_HTTP, type HttpConfig, reachBy, readHttpConfig } from './kit/http-config.ts';
import { notifierKind, type Sending } from './kit/kind.ts';
import { truncated, webhookBody } from './kit/payload.ts';
import { post } from './kit/post.ts';
import { readUrl, urlNow } from './kit/receiver-url.ts';
import { timed } from './kit/timeout.ts';
import type { Outcome } from './notifier.ts';

interface WebhookConfig {
  readonly url: SecretSource | undefined;
  readonly http: HttpConfig;
  /** 0 is no limit. */
  readonly maxAlerts: number;
  readonly timeoutMs: number;
}

export const webhook = notifierKind<WebhookConfig>({
  key: 'webhook_configs',
  sendsResolved: true,

  read: (fields) => ({
    url: readUrl(fields, 'url'),
    http: fields.group('http_config', readHttpConfig) ?? DEFAULT_HTTP,
    maxAlerts: fields.count('max_alerts', 0),
    timeoutMs: fields.span('timeout', 0),
  }),

  send(config, notification, sending) {
    const body = webhookBody(truncated(notification, config.maxAlerts));
    return postJson(config, notification.idempotencyKey, body, sending);
  },

  report: (config, { idempotencyKey, json }, sending) =>
    postJson(config, idempotencyKey, JSON.stringify(json), sending),
});

async function postJson(
  { url, http, timeoutMs }: WebhookConfig,
  key: string,
  body: string,
  { ports, signal }: Sending,
): Promise<Outcome> {
  if (url === undefined) return { ok: false, retry: false, reason: 'no address' };
  const request = {
    url: await urlNow(url, ports.secrets),
    headers: {
      'Content-Type': 'application/json',
      'User-Agent': 'Muster',
      'Idempotency-Key': key,
    },
    body,
    ...(await reachBy(http, ports.secrets)),
  };
  return post(ports, request, timed(signal, timeoutMs));
}
