/** A plain table: columns with a heading, what each row shows in them. */
import { type Child, h } from './dom.ts';

export interface PlainColumn<T> {
  readonly title: string;
  readonly numeric?: boolean;
  /** Long texts may take several lines. */
  readonly wraps?: boolean;
  show(row: T): readonly Child[];
}

export function plainTable<T>(
  caption: string,
  columns: readonly PlainColumn<T>[],
  rows: readonly T[],
): HTMLElement {
  const heads = columns.map((column) =>
    h('th', { scope: 'col', role: 'columnheader', class: classOf(column) }, column.title),
  );
  const lines = rows.map((row) =>
    h('tr', { role: 'row' }, ...columns.map((column) => cell(column, row))),
  );
  // Roles are said again because the narrow layout takes the table's display away.
  const table = h(
    'table',
    { role: 'table', class: 'plain' },
    h('caption', { class: 'hidden' }, caption),
    h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, ...heads)),
    h('tbody', { role: 'rowgroup' }, ...lines),
  );
  return h('div', { class: 'scroll' }, table);
}

function cell<T>(column: PlainColumn<T>, row: T): HTMLElement {
  const attributes = { role: 'cell', class: classOf(column), 'data-label': column.title };
  return h('td', attributes, h('div', {}, ...column.show(row)));
}

function classOf({ numeric, wraps }: PlainColumn<never>): string | undefined {
  if (numeric === true) return 'number';
  return wraps === true ? 'wraps' : undefined;
}
