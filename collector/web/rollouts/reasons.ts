/** Why devices are not updated: how many for which reason. */
import { count } from '../../core/present.ts';
import { REASONS, type Reason } from '../../core/rollouts/reasons.ts';
import { h } from '../dom.ts';
import { button, note } from '../parts.ts';
import { type PlainColumn, plainTable } from '../table.ts';

type Reasons = Readonly<Partial<Record<Reason, number>>>;
type Row = readonly [reason: string, devices: number];

/** With `choose`, a reason can be pressed to see its devices. */
export function reasonsTable(reasons: Reasons, choose?: (reason: string) => void): HTMLElement {
  const rows: Row[] = Object.entries(reasons).map(([reason, devices]) => [reason, devices]);
  rows.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  if (rows.length === 0) return note('Nothing keeps a device back.');
  const columns: readonly PlainColumn<Row>[] = [
    { title: 'Reason', show: ([reason]) => [named(reason, choose)] },
    { title: 'Devices', numeric: true, show: ([, devices]) => [count(devices)] },
    { title: 'Means', wraps: true, show: ([reason]) => [REASONS[reason as Reason] ?? ''] },
  ];
  return plainTable('Reasons, the most frequent first', columns, rows);
}

function named(reason: string, choose: ((reason: string) => void) | undefined) {
  if (choose === undefined) return reason;
  const pick = button(reason, `reason ${reason}`, () => choose(reason), `Show devices: ${reason}`);
  return h('span', { class: 'link-like' }, pick);
}
