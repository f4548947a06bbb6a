/** The states of an alert as small labels, each with its reason. */
import { clock } from '../../core/present.ts';
import { h } from '../dom.ts';
import type { PageAlert } from './requests.ts';

export function chips(alert: PageAlert): HTMLElement {
  const { acknowledgement, maintenance, escalation, mutedBy } = alert;
  const reasons: Readonly<Record<string, string | undefined>> = {
    acknowledged:
      acknowledgement && `by ${acknowledgement.by}, until ${clock(acknowledgement.until)}`,
    maintenance: maintenance && `by ${maintenance.by}, until ${clock(maintenance.endsAt)}`,
    muted: mutedBy.join(', '),
  };
  const shown = alert.conditions.map((name) =>
    h('li', { class: 'chip', 'data-state': name }, label(name, reasons[name])),
  );
  if (shown.length === 0) shown.push(h('li', { class: 'chip', 'data-state': 'open' }, 'open'));
  if (escalation !== undefined) {
    const { escalation: name, step, dueAt } = escalation;
    const next = dueAt === undefined ? 'all told' : `next ${clock(dueAt)}`;
    shown.push(h('li', { class: 'chip' }, `${name}: step ${step}, ${next}`));
  }
  return h('ul', { class: 'chips', 'aria-label': 'State' }, ...shown);
}

function label(name: string, reason: string | undefined): string {
  return reason === undefined || reason === '' ? name : `${name} ${reason}`;
}
