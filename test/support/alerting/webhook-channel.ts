/** A plain webhook for tests of the stages, and a server that remembers what it was told. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isResolved } from '../../../collector/core/alerting/alert.ts';
import { parseDuration } from '../../../collector/core/query/duration.ts';
import type { Notification, Notifier, Outcome } from '../../../collector/notifiers/notifier.ts';
import type { Channels } from '../../../collector/work/alerting/receivers.ts';

/** `webhook_configs` alone, each made by `make`; nothing is checked. */
export function simpleChannels(make: (value: unknown) => Notifier): Channels {
  return {
    bind(global, receivers) {
      const { resolve_timeout: timeout = '5m' } = (global ?? {}) as { resolve_timeout?: string };
      return {
        ok: true,
        resolveTimeoutMs: parseDuration(timeout) ?? 0,
        receivers: receivers.map(({ tree }) => {
          const { webhook_configs: hooks = [] } = tree as { webhook_configs?: unknown[] };
          return hooks.map((one, i) => ({ name: `webhook_configs[${i}]`, notifier: make(one) }));
        }),
      };
    },
  };
}

export const webhookChannels = simpleChannels((value) => {
  const { url, send_resolved: sendResolved = true } = value as {
    url: string;
    send_resolved?: boolean;
  };
  return { sendResolved, send: (notification, signal) => post(url, notification, signal) };
});

async function post(
  url: string,
  notification: Notification,
  signal: AbortSignal,
): Promise<Outcome> {
  const { receiver, groupKey, idempotencyKey, alerts, decidedAt } = notification;
  const body = JSON.stringify({
    receiver,
    groupKey,
    key: idempotencyKey,
    alerts: alerts.map((alert) => ({
      status: isResolved(alert, decidedAt) ? 'resolved' : 'firing',
      labels: alert.labels.toObject(),
    })),
  });
  try {
    const response = await fetch(url, { method: 'POST', body, signal });
    await response.arrayBuffer();
    if (response.ok) return { ok: true };
    return { ok: false, retry: response.status >= 500, reason: `HTTP ${response.status}` };
  } catch (error) {
    return { ok: false, retry: true, reason: String(error) };
  }
}

/** Alertmanager's webhook message, as far as tests look at it. */
export interface HookMessage {
  readonly receiver: string;
  readonly groupKey: string;
  readonly key?: string;
  readonly alerts: readonly {
    readonly status: 'firing' | 'resolved';
    readonly labels: Readonly<Record<string, string>>;
  }[];
}

export interface HookServer {
  readonly url: string;
  readonly messages: readonly HookMessage[];
  /** Called with each message before it is answered. */
  onMessage: (message: HookMessage) => void;
  close(): Promise<void>;
}

export async function startHook(): Promise<HookServer> {
  const messages: HookMessage[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const message = JSON.parse(Buffer.concat(chunks).toString()) as HookMessage;
      messages.push(message);
      hook.onMessage(message);
      response.end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const hook: HookServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    messages,
    onMessage: () => {},
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return hook;
}
