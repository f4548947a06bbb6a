/** The flags of a device: what is wanted, and what it has. */
import type { ReportedView } from '../../core/views.ts';
import { h } from '../dom.ts';
import { badge, note } from '../parts.ts';
import { type PlainColumn, plainTable } from '../table.ts';
import type { PageDesired } from './requests.ts';

type Row = readonly [name: string, wanted: unknown, has: unknown];

export function flagsTable(desired: PageDesired, reported: ReportedView): HTMLElement {
  const names = new Set([...Object.keys(desired.flags), ...Object.keys(reported.flags)]);
  const rows = [...names]
    .sort()
    .map((name): Row => [name, desired.flags[name], reported.flags[name]]);
  if (rows.length === 0) return note('No flag is set.');
  return plainTable('Flags of the device, by name', COLUMNS, rows);
}

const COLUMNS: readonly PlainColumn<Row>[] = [
  {
    title: 'Flag',
    show: ([name]) => [
      h('a', { href: `#/flag/${encodeURIComponent(name)}`, 'data-key': `flag ${name}` }, name),
    ],
  },
  { title: 'Wanted', show: ([, wanted]) => [value(wanted)] },
  {
    title: 'The device has',
    show: ([, wanted, has]) => [
      value(has),
      ...(wanted === has ? [] : [' ', badge('differs', 'warn')]),
    ],
  },
];

function value(one: unknown): HTMLElement | string {
  return one === undefined ? '–' : h('code', {}, JSON.stringify(one));
}
