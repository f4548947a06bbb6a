/** The table's elements: rows are kept and changed in place, so that focus and selection stay. */
import { h, setText } from '../dom.ts';
import { COLUMNS, type ColumnKey, healthOf, type Order, type Row, stateOf } from './rows.ts';

/** More rows than anybody reads; a search finds the others. */
const MAX_ROWS = 500;

interface Line {
  readonly row: HTMLTableRowElement;
  readonly cells: readonly HTMLElement[];
}

export class FleetTable {
  readonly element: HTMLElement;
  private readonly lines = new Map<string, Line>();
  private readonly body = h('tbody', { role: 'rowgroup' });
  private readonly note = h('p', { class: 'note', 'aria-live': 'polite' });
  private readonly heads: ReadonlyMap<ColumnKey, HTMLElement>;

  constructor(sort: (key: ColumnKey) => void) {
    const heads = COLUMNS.map(({ key, title, numeric }) => {
      const button = h(
        'button',
        { type: 'button', class: 'sort', onclick: () => sort(key) },
        title,
      );
      const attributes = {
        scope: 'col',
        role: 'columnheader',
        class: numeric ? 'number' : undefined,
      };
      return [key, h('th', attributes, button)] as const;
    });
    this.heads = new Map(heads);
    // Roles are said again because the narrow layout takes the table's display away.
    const head = h('tr', { role: 'row' }, ...heads.map(([, element]) => element));
    const table = h(
      'table',
      { role: 'table', class: 'fleet' },
      h('caption', { class: 'hidden' }, 'Devices; the buttons in the first row sort'),
      h('thead', { role: 'rowgroup' }, head),
      this.body,
    );
    this.element = h('div', {}, h('div', { class: 'scroll' }, table), this.note);
  }

  show(rows: readonly Row[], order: Order, total: number, now: number): void {
    for (const [key, head] of this.heads) {
      const direction = order.descending ? 'descending' : 'ascending';
      if (key === order.key) head.setAttribute('aria-sort', direction);
      else head.removeAttribute('aria-sort');
    }
    const shown = rows.slice(0, MAX_ROWS);
    const wanted = new Set(shown.map(({ device }) => device.id));
    for (const [id, { row }] of this.lines) {
      if (wanted.has(id)) continue;
      row.remove();
      this.lines.delete(id);
    }
    for (const [index, row] of shown.entries()) this.place(row, index, now);
    setText(this.note, describe(shown.length, rows.length, total));
  }

  private place(row: Row, index: number, now: number): void {
    const { id } = row.device;
    const line = this.lines.get(id) ?? newLine(id);
    this.lines.set(id, line);
    fill(line, row, now);
    const there = this.body.children[index];
    if (there !== line.row) this.body.insertBefore(line.row, there ?? null);
  }
}

function newLine(id: string): Line {
  const cells = COLUMNS.map(({ key, title, numeric }) => {
    const attributes = {
      'data-column': key,
      'data-label': title,
      class: numeric ? 'number' : undefined,
    };
    if (key === 'id') {
      const link = h('a', { href: `#/device/${encodeURIComponent(id)}` }, id);
      return {
        cell: h('th', { ...attributes, scope: 'row', role: 'rowheader' }, link),
        text: link,
      };
    }
    const text = h('span');
    return { cell: h('td', { ...attributes, role: 'cell' }, text), text };
  });
  const row = h('tr', { role: 'row' }, ...cells.map(({ cell }) => cell));
  return { row, cells: cells.map(({ text }) => text) };
}

function fill({ row, cells }: Line, content: Row, now: number): void {
  row.dataset['state'] = stateOf(content.device).toLowerCase();
  row.dataset['health'] = healthOf(content.device);
  row.toggleAttribute('data-problem', content.device.problems.length > 0);
  for (const [index, column] of COLUMNS.entries()) {
    const cell = cells[index] as HTMLElement;
    setText(cell, column.text(content, now));
    const share = column.share?.(content);
    if (column.share !== undefined) {
      cell.classList.toggle('share', share !== undefined);
      cell.style.setProperty('--share', `${(share ?? 0).toFixed(1)}%`);
    }
    if (column.key === 'health') cell.title = content.device.health?.reason ?? '';
    if (column.key === 'notes') cell.title = content.device.problems.join('\n');
  }
}

function describe(shown: number, found: number, total: number): string {
  if (total === 0) return 'No device has been heard yet. Start an agent, and it appears here.';
  if (found === 0) return 'No device matches the search.';
  if (shown < found) return `The first ${shown} of ${found}: narrow the search to see the others.`;
  return found < total ? `${found} of ${total} devices match.` : '';
}
