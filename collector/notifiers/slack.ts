/** `slack_configs`: a message with one attachment, by an incoming webhook or chat.postMessage. */
import type { HttpReply } from '../ports/notify.ts';
import type { Fields, SecretSource } from './kit/fields.ts';
import { DEFAULT_HTTP, type HttpConfig, reachBy, readHttpConfig } from './kit/http-config.ts';
import { notifierKind, type Sending } from './kit/kind.ts';
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

  send(config, notification, sending) {
    const scope = scopeFor(notification);
    const message = slackMessage(config, (text) => sending.templates.text(text, scope));
    return say(config, withAcknowledge(message, notification.acknowledgeUrl), sending);
  },

  report(config, { subject, text }, sending) {
    const body = text.length > MAX_REPORT ? `${text.slice(0, MAX_REPORT)}\n…` : text;
    const shown = `*${escaped(subject)}*\n\`\`\`${escaped(body)}\`\`\``;
    const channel = config.channel.includes('{{') ? '' : config.channel;
    return say(config, { ...(channel !== '' && { channel }), text: shown }, sending);
  },
});

/** Slack takes 4000 letters as text. */
const MAX_REPORT = 3000;

async function say(
  { url, http }: SlackConfig,
  message: object,
  { ports, signal }: Sending,
): Promise<Outcome> {
  if (url === undefined) return { ok: false, retry: false, reason: 'no address' };
  const request = {
    url: await urlNow(url, ports.secrets),
    headers: { 'Content-Type': 'application/json', 'User-Agent': 'Muster' },
    body: JSON.stringify(message),
    ...(await reachBy(http, ports.secrets)),
  };
  return post(ports, request, signal, judge);
}

/** The three letters that Slack reads as markup of its own. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

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
