/** A summary as it is sent and shown: JSON, text and HTML that say the same. Pure. */
import { span } from '../present.ts';
import { escapeHtml } from '../template/escape.ts';
import { withoutControls } from '../text.ts';
import { civilText } from './civil-text.ts';
import { type Episode, type Ranked, type Summary, shortened } from './summary.ts';

export interface AlertReport {
  /** The same for every attempt. */
  readonly idempotencyKey: string;
  readonly name: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly json: object;
}

export interface ReportFrame {
  readonly name: string;
  readonly idempotencyKey: string;
  /** Times are shown in it. */
  readonly zone: string;
  readonly externalUrl: string;
  /** The history was too long to be read whole. */
  readonly truncated: boolean;
}

/** Rows of a table in a message; JSON has all. */
const ROWS = 50;

export function alertReport(summary: Summary, frame: ReportFrame): AlertReport {
  const { name, idempotencyKey, zone } = frame;
  const span = `${civilText(summary.from, zone)} to ${civilText(summary.to, zone)}`;
  const { fresh, resolved, firing } = summary;
  const counts = `${fresh.length} new, ${resolved.length} resolved, ${firing.length} firing`;
  return {
    idempotencyKey,
    name,
    subject: `Alerts, ${name}: ${counts}`,
    text: asText(summary, frame, `${span} (${zone})`),
    html: asHtml(summary, frame, `${span} (${zone})`),
    json: asJson(summary, frame),
  };
}

interface Table {
  readonly title: string;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Rows beyond those. */
  readonly more: number;
}

function tablesOf(summary: Summary, zone: string): Table[] {
  const { noisiest, worstDevices } = shortened(summary);
  return [
    episodes('Firing', summary.firing, summary, zone),
    episodes('New', summary.fresh, summary, zone),
    episodes('Resolved', summary.resolved, summary, zone),
    ranks('Noisiest alerts', 'Alert', noisiest),
    ranks('Devices worst off', 'Device', worstDevices),
  ].filter(({ rows }) => rows.length > 0);
}

function episodes(title: string, all: readonly Episode[], { to }: Summary, zone: string): Table {
  return {
    title: `${title} (${all.length})`,
    heads: ['Alert', 'Device', 'Site', 'Since', 'For', 'Messages'],
    rows: all
      .slice(0, ROWS)
      .map(({ labels, startsAt, endsAt = to, notifications }) => [
        labels['alertname'] ?? '',
        labels['instance'] ?? '',
        labels['site'] ?? '',
        civilText(startsAt, zone),
        span(Math.max(0, endsAt - startsAt)),
        String(notifications),
      ]),
    more: Math.max(0, all.length - ROWS),
  };
}

function ranks(title: string, what: string, all: readonly Ranked[]): Table {
  return {
    title,
    heads: [what, 'Times', 'Firing for'],
    rows: all.map(({ name, episodes, firingMs }) => [name, String(episodes), span(firingMs)]),
    more: 0,
  };
}

const CUT = 'The history of this time is longer than a report can hold: older events are left out.';

function asText(
  summary: Summary,
  { name, zone, externalUrl, truncated }: ReportFrame,
  when: string,
): string {
  const parts = [`Alerts, ${name}`, when, ...(truncated ? [CUT] : [])];
  const tables = tablesOf(summary, zone).map(({ title, heads, rows, more }) => {
    const lines = [heads, ...rows].map((row) => `  ${row.map(plain).join(' | ')}`);
    return [title, ...lines, ...(more > 0 ? [`  and ${more} more`] : [])].join('\n');
  });
  if (tables.length === 0) tables.push('Nothing fired.');
  return `${[parts.join('\n'), ...tables, `${externalUrl}/#/alerts`].join('\n\n')}\n`;
}

const CELL = 'padding:4px 10px;border-bottom:1px solid #dfe4e3;text-align:left';

function asHtml(
  summary: Summary,
  { name, zone, externalUrl, truncated }: ReportFrame,
  when: string,
): string {
  const tables = tablesOf(summary, zone).map(({ title, heads, rows, more }) => {
    const head = heads.map((text) => `<th style="${CELL}">${escapeHtml(text)}</th>`).join('');
    const body = rows.map(
      (row) =>
        `<tr>${row.map((text) => `<td style="${CELL}">${escapeHtml(text)}</td>`).join('')}</tr>`,
    );
    const rest = more > 0 ? `<p>and ${more} more</p>` : '';
    return (
      `<h2 style="font-size:16px">${escapeHtml(title)}</h2>` +
      `<table style="border-collapse:collapse"><thead><tr>${head}</tr></thead>` +
      `<tbody>${body.join('')}</tbody></table>${rest}`
    );
  });
  if (tables.length === 0) tables.push('<p>Nothing fired.</p>');
  const title = escapeHtml(`Alerts, ${name}`);
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    `<title>${title}</title></head>`,
    '<body style="font:15px/1.5 system-ui,sans-serif;color:#16201f">',
    `<h1 style="font-size:20px">${title}</h1><p>${escapeHtml(when)}</p>`,
    truncated ? `<p>${escapeHtml(CUT)}</p>` : '',
    ...tables,
    `<p><a href="${escapeHtml(`${externalUrl}/#/alerts`)}">All alerts</a></p></body></html>\n`,
  ].join('\n');
}

function asJson(summary: Summary, { name, zone, externalUrl, truncated }: ReportFrame): object {
  const { from, to, fresh, resolved, firing, notifications } = summary;
  const { noisiest, worstDevices } = shortened(summary);
  const shown = ({ startsAt, endsAt, ...rest }: Episode): object => ({
    ...rest,
    startsAt: iso(startsAt),
    ...(endsAt !== undefined && { endsAt: iso(endsAt) }),
  });
  return {
    version: '1',
    report: name,
    from: iso(from),
    to: iso(to),
    zone,
    truncated,
    counts: {
      new: fresh.length,
      resolved: resolved.length,
      firing: firing.length,
      notifications,
    },
    new: fresh.map(shown),
    resolved: resolved.map(shown),
    firing: firing.map(shown),
    noisiest,
    worstDevices,
    externalURL: externalUrl,
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

/** A label must not break a line. */
function plain(text: string): string {
  return withoutControls(text, ' ');
}
