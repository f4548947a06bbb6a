/** `email_configs`: HTML and text by SMTP, the messages of one group as one thread. */
import { createHash } from 'node:crypto';
import type { AlertReport } from '../core/oncall/report.ts';
import type { Mail, MailServer, NotifyPorts } from '../ports/notify.ts';
import type { EmailConfig } from './kit/email-config.ts';
import { readEmail } from './kit/email-config.ts';
import { tlsOptions } from './kit/http-config.ts';
import { notifierKind, type Sending } from './kit/kind.ts';
import { scopeFor } from './kit/payload.ts';
import { redact, reveal } from './kit/secrets.ts';
import type { Notification, Outcome } from './notifier.ts';

/** Filled in as every template, so that the link is found again in what another template wrote. */
const ANCHOR = '<a href="{{ .AcknowledgeURL }}">';

export const email = notifierKind<EmailConfig>({
  key: 'email_configs',
  sendsResolved: false,
  read: readEmail,

  send: (config, notification, sending) =>
    deliver(config, mailOf(config, notification, sending), sending),

  report: (config, report, sending) =>
    deliver(config, reportMail(config, report, sending), sending),
});

async function deliver(
  config: EmailConfig,
  mail: Mail,
  { ports, signal }: Sending,
): Promise<Outcome> {
  if (mail.to.length === 0) return { ok: false, retry: false, reason: 'no recipient' };
  const server = await serverOf(config, ports);
  const answer = await ports.mail.send(server, mail, signal);
  return { ok: true, detail: redact(answer, [server.login?.password]) };
}

/** Addresses are templates, which here have no alerts to speak of. */
function reportMail(
  config: EmailConfig,
  { idempotencyKey, name, subject, text, html }: AlertReport,
  { templates }: Sending,
): Mail {
  const scope = scopeFor({
    ...{ idempotencyKey, receiver: name, groupKey: '', groupLabels: {}, alerts: [] },
    ...{ truncatedAlerts: 0, externalUrl: '', decidedAt: 0 },
  });
  const from = oneLine(templates.text(config.from, scope));
  const domain = domainOf(from);
  return {
    from,
    to: addresses(oneLine(templates.text(config.to, scope))),
    headers: { Subject: oneLine(subject) },
    messageId: `<${hash(idempotencyKey)}@${domain}>`,
    references: `<report-${hash(name)}@${domain}>`,
    text,
    html,
  };
}

function mailOf(config: EmailConfig, notification: Notification, { templates }: Sending): Mail {
  const scope = scopeFor(notification);
  const { acknowledgeUrl, receiver, groupKey, idempotencyKey } = notification;
  const text = templates.text(config.text, scope);
  const html = templates.html(config.html, scope);
  const href = acknowledgeUrl === undefined ? undefined : hrefOf(templates.html(ANCHOR, scope));
  const domain = domainOf(templates.text(config.from, scope));
  const headers = Object.entries(config.headers).map(
    ([name, value]) => [name, oneLine(templates.text(value, scope))] as const,
  );
  return {
    from: oneLine(templates.text(config.from, scope)),
    to: addresses(oneLine(templates.text(config.to, scope))),
    headers: Object.fromEntries(headers),
    messageId: `<${hash(idempotencyKey)}@${domain}>`,
    references: `<group-${hash(JSON.stringify([receiver, groupKey]))}@${domain}>`,
    ...(text === '' ? {} : { text: withLink(text, acknowledgeUrl) }),
    ...(html === '' ? {} : { html: withHtmlLink(html, href) }),
  };
}

async function serverOf(config: EmailConfig, ports: NotifyPorts): Promise<MailServer> {
  const { host, port, hello, requireTls, tls, login } = config;
  return {
    host,
    port,
    hello,
    requireTls,
    ...(tls === undefined ? {} : { tls: await tlsOptions(tls, ports.secrets) }),
    ...(login === undefined
      ? {}
      : { login: { ...login, password: await reveal(login.password, ports.secrets) } }),
  };
}

/** An operator's own template may not know of the link. */
function withLink(text: string, url: string | undefined): string {
  return url === undefined || text.includes(url) ? text : `${text}\n\nAcknowledge: ${url}\n`;
}

function withHtmlLink(html: string, href: string | undefined): string {
  if (href === undefined || html.includes(href)) return html;
  const link = `<p><a ${href}>Acknowledge</a></p>`;
  return html.includes('</body>') ? html.replace('</body>', () => `${link}</body>`) : html + link;
}

/** Commas within quotes are part of a name. */
function addresses(list: string): readonly string[] {
  return (list.match(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/g) ?? [])
    .map((address) => address.trim())
    .filter((address) => address !== '');
}

/** A line break would begin another header. */
function oneLine(text: string): string {
  return text.replaceAll(/\s*[\r\n]+\s*/g, ' ').trim();
}

function hrefOf(anchor: string): string {
  return anchor.slice('<a '.length, -1);
}

function domainOf(from: string): string {
  return /@([A-Za-z0-9.-]+)/.exec(from)?.[1] ?? 'muster.invalid';
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
