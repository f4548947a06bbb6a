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
    h('th', { scope: 'col', class: classOf(column) }, column.title),
  );
  const lines = rows.map((row) =>
    h('tr', {}, ...columns.map((one) => h('td', { class: classOf(one) }, ...one.show(row)))),
  );
  const table = h(
    'table',
    {},
    h('caption', { class: 'hidden' }, caption),
    h('thead', {}, h('tr', {}, ...heads)),
    h('tbody', {}, ...lines),
  );
  return h('div', { class: 'scroll' }, table);
}

function classOf({ numeric, wraps }: PlainColumn<never>): string | undefined {
  if (numeric === true) return 'number';
  return wraps === true ? 'wraps' : undefined;
}
