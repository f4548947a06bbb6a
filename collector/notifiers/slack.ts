/** `slack_configs`: a message with one attachment, by an incoming webhook or chat.postMessage. */
import type { HttpReply } from '../ports/notify.ts';
import type { Fields, SecretSource } from './kit/fields.ts';
import { DEFAULT_HTTP, type HttpConfig, reachBy, readHttpConfig } from './kit/http-config.ts';
import { notifierKind } from './kit/kind.ts';
import { scopeFor } from './kit/payload.ts';
import { byStatus, post } from './kit/post.ts';
import { readUrl, urlNow } from './kit/receiver-url.ts';
import { slackMessage } from './kit/slack-message.ts';
import { readSlackTexts, type SlackTexts } from './kit/slack-texts.ts';
import type { Outcome } from './notifier.ts';

interface SlackConfig extends SlackTexts {
  readonly url: SecretSource | undefined;
  readonly http: HttpConfig;
}

export const slack = notifierKind<SlackConfig>({
  key: 'slack_configs',
  sendsResolved: false,

  read: (fields: Fields) => ({
    ...readSlackTexts(fields),
    url: readUrl(fields, 'api_url'),
    http: fields.group('http_config', readHttpConfig) ?? DEFAULT_HTTP,
  }),

  async send(config, notification, { ports, templates, signal }) {
    if (config.url === undefined) return { ok: false, retry: false, reason: 'no address' };
    const scope = scopeFor(notification);
    const message = slackMessage(config, (text) => templates.text(text, scope));
    const request = {
      url: await urlNow(config.url, ports.secrets),
      headers: { 'Content-Type': 'application/json', 'User-Agent': 'Muster' },
      body: JSON.stringify(withAcknowledge(message, notification.acknowledgeUrl)),
      ...(await reachBy(config.http, ports.secrets)),
    };
    return post(ports, request, signal, judge);
  },
});

type Message = ReturnType<typeof slackMessage>;

function withAcknowledge(message: Message, url: string | undefined): Message {
  if (url === undefined) return message;
  const button = { type: 'button', text: 'Acknowledge', url };
  const attachments = message.attachments.map((attachment) => ({
    ...attachment,
    actions: [...(attachment.actions ?? []), button],
  }));
  return { ...message, attachments };
}

/** Slack may refuse with a 200. */
function judge(reply: HttpReply): Outcome {
  const outcome = byStatus(reply);
  if (!outcome.ok || !reply.body.trimStart().startsWith('{')) return outcome;
  const said = parsed(reply.body);
  if (said?.ok !== false) return outcome;
  return { ok: false, retry: false, reason: `Slack: ${said.error ?? 'not ok'}` };
}

function parsed(body: string): { readonly ok?: boolean; readonly error?: string } | undefined {
  try {
    return JSON.parse(body) as { ok?: boolean; error?: string };
  } catch {
    // Not JSON after all: the status has said it.
    return undefined;
  }
}
