/**
 * The link in a message: a small page that says what it is about, with a button. Looking changes
 * nothing, because mail scanners open every link; only the button's POST does.
 */
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { civilText } from '../../../core/oncall/civil-text.ts';
import { escapeHtml } from '../../../core/template/escape.ts';
import type { LinkView, OnCallAlert } from '../../../ports/oncall.ts';
import type { OnCallHttp } from './deps.ts';

const STYLE =
  ':root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:40em;' +
  'margin:2em auto;padding:0 1em}li{margin:.3em 0}button,input{font:inherit;padding:.4em .8em}';
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'sha256-${STYLE_HASH}'`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  // The form must say where it comes from, to its own server alone.
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
};

const REASONS: Readonly<Record<Extract<LinkView, { ok: false }>['reason'], [number, string]>> = {
  malformed: [400, 'This link is not complete. Copy the whole of it from the message.'],
  forged: [403, 'This link was not made by this collector.'],
  expired: [
    410,
    'This link is too old. Acknowledge the alert on the page or by muster acknowledge.',
  ],
  unknown: [404, 'What this link is about is not known any more.'],
};

/** Of any length: a parameter of a path would be cut off at a hundred letters. */
type ByToken = FastifyRequest<{ Params: { '*': string } }>;
const PATH = '/ack/*';
const LONGEST_TOKEN = 2000;
const SHOWN = 50;

export function link(app: FastifyInstance, { oncall }: OnCallHttp): void {
  const schema = { hide: true };
  const tokenOf = ({ params }: ByToken): string => params['*'].slice(0, LONGEST_TOKEN);
  app.addContentTypeParser<string>(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: 10_000 },
    (_request, body, done) => done(null, new URLSearchParams(body)),
  );

  app.get(PATH, { schema }, async (request: ByToken, reply) =>
    show(reply, await oncall.openLink(tokenOf(request)), false),
  );

  app.post(PATH, { schema }, async (request: ByToken, reply) => {
    const { body } = request;
    const by = body instanceof URLSearchParams ? (body.get('by') ?? '') : '';
    const name = by.trim().slice(0, 200);
    return show(reply, await oncall.useLink(tokenOf(request), name), true);
  });
}

function show(reply: FastifyReply, view: LinkView, done: boolean): FastifyReply {
  const [code, body] = view.ok ? [200, alertsPage(view.alerts, done)] : refusalPage(view.reason);
  return reply
    .code(code)
    .headers(HEADERS)
    .type('text/html; charset=utf-8')
    .send(
      '<!doctype html><html lang="en"><head><meta charset="utf-8">' +
        '<meta name="viewport" content="width=device-width, initial-scale=1">' +
        `<title>Acknowledge</title><style>${STYLE}</style></head><body>${body}</body></html>`,
    );
}

function refusalPage(reason: keyof typeof REASONS): [number, string] {
  const [code, text] = REASONS[reason];
  return [code, `<h1>Not acknowledged</h1><p>${text}</p>`];
}

function alertsPage(alerts: readonly OnCallAlert[], done: boolean): string {
  if (alerts.length === 0) {
    return '<h1>Over</h1><p>None of the alerts of this message fires any more.</p>';
  }
  const items = alerts.slice(0, SHOWN).map((one) => `<li>${alertText(one)}</li>`);
  const more = alerts.length > SHOWN ? `<p>and ${alerts.length - SHOWN} more</p>` : '';
  const list = `<ul>${items.join('')}</ul>${more}`;
  if (done) return `<h1>Acknowledged</h1><p>These are yours now:</p>${list}`;
  const open = alerts.some(({ acknowledgement }) => acknowledgement === undefined);
  if (!open) return `<h1>Acknowledged already</h1>${list}`;
  return (
    `<h1>Acknowledge</h1>${list}<form method="post">` +
    '<p><label>Your name <input name="by" autocomplete="name" maxlength="200"></label></p>' +
    '<p><button type="submit">Acknowledge</button></p></form>'
  );
}

function alertText({ alert, acknowledgement }: OnCallAlert): string {
  const { labels, annotations, startsAt } = alert;
  const place = ['instance', 'site'].map((name) => labels.get(name)).filter((one) => one !== '');
  const name = `<strong>${escapeHtml(labels.get('alertname'))}</strong>`;
  const where = place.length > 0 ? ` on ${escapeHtml(place.join(', '))}` : '';
  const summary = annotations['summary'] ?? '';
  const said = summary === '' ? '' : `<br>${escapeHtml(summary)}`;
  const taken =
    acknowledgement === undefined ? '' : `<br>Taken by ${escapeHtml(acknowledgement.by)}`;
  return `${name}${where}, since ${civilText(startsAt, 'UTC')} UTC${said}${taken}`;
}
