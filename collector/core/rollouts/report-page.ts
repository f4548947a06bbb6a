/** A rollout as a page for people: one file without anything else, to be kept or sent. */
import { REASONS, type Reason } from './reasons.ts';

interface Stage {
  readonly name: string;
  readonly state: string;
  readonly why: string;
  readonly counts: Readonly<Record<string, number>>;
}

interface View {
  readonly id: string;
  readonly name: string;
  readonly target: string;
  readonly by: string;
  readonly comment: string;
  readonly createdAt: number;
  readonly endedAt: number;
  readonly state: string;
  readonly why: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly stages: readonly Stage[];
  readonly reasons: Readonly<Partial<Record<Reason, number>>>;
  readonly log: readonly { readonly at: number; readonly by: string; readonly text: string }[];
}

interface Row {
  readonly device: string;
  readonly site: string;
  readonly stage: string;
  readonly state: string;
  readonly reason?: Reason;
  readonly attempt: number;
  readonly text: string;
}

/** Devices on the page; all of them are in the JSON. */
const MOST = 5_000;

const STYLE =
  'body{font:14px/1.5 system-ui,sans-serif;max-width:70em;margin:2em auto;padding:0 1em;color:#1d2129}' +
  'table{border-collapse:collapse;width:100%;margin:.5em 0 2em}th,td{text-align:left;padding:.25em .6em;' +
  'border-bottom:1px solid #d8dce2;vertical-align:top}th{font-weight:600}td.n{text-align:right}';

export function reportPage(view: View, rows: readonly Row[], now: number): string {
  const missing = rows.filter(({ reason }) => reason !== undefined);
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    `<title>Rollout ${safe(view.id)}</title><style>${STYLE}</style></head><body>`,
    `<h1>${safe(view.name)}</h1>`,
    table(
      ['Rollout', view.id],
      ['State', view.why === '' ? view.state : `${view.state}: ${view.why}`],
      ['Target', view.target],
      [
        'Started',
        `${time(view.createdAt)} by ${view.by}${view.comment === '' ? '' : `: ${view.comment}`}`,
      ],
      ['Ended', view.endedAt === 0 ? 'not yet' : time(view.endedAt)],
      ['Devices', countsText(view.counts)],
      ['Of', time(now)],
    ),
    '<h2>Stages</h2>',
    rowsTable(
      ['Stage', 'State', 'Devices', ''],
      view.stages.map(({ name, state, counts, why }) => [name, state, countsText(counts), why]),
    ),
    '<h2>Not updated</h2>',
    rowsTable(
      ['Devices', 'Reason', ''],
      Object.entries(view.reasons).map(([reason, n]) => [
        String(n),
        reason,
        REASONS[reason as Reason],
      ]),
    ),
    rowsTable(
      ['Device', 'Site', 'Stage', 'State', 'Reason', 'Attempts', 'In its words'],
      missing
        .slice(0, MOST)
        .map(({ device, site, stage, state, reason, attempt, text }) => [
          device,
          site,
          stage,
          state,
          reason ?? '',
          String(attempt),
          text,
        ]),
    ),
    missing.length > MOST ? `<p>${missing.length - MOST} more are not shown.</p>` : '',
    '<h2>What happened</h2>',
    rowsTable(
      ['When', 'Who', 'What'],
      view.log.map(({ at, by, text }) => [time(at), by, text]),
    ),
    '</body></html>\n',
  ].join('\n');
}

function countsText(counts: Readonly<Record<string, number>>): string {
  const shown = Object.entries(counts).filter(([, n]) => n > 0);
  return shown.length === 0 ? 'none' : shown.map(([state, n]) => `${n} ${state}`).join(', ');
}

function table(...rows: (readonly [string, string])[]): string {
  return `<table>${rows.map(([name, text]) => `<tr><th>${safe(name)}</th><td>${safe(text)}</td></tr>`).join('')}</table>`;
}

function rowsTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '<p>None.</p>';
  const cells = (tag: string, row: readonly string[]) =>
    row.map((text) => `<${tag}>${safe(text)}</${tag}>`).join('');
  return `<table><tr>${cells('th', head)}</tr>${rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('')}</table>`;
}

function time(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Devices write parts of this. */
function safe(text: string): string {
  return text.replace(/[&<>"']/g, (one) => ENTITIES[one] ?? '');
}
