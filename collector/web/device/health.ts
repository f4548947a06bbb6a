/** What a device found when it checked itself. */
import { ago } from '../../core/present.ts';
import type { CheckView, HealthView } from '../../core/views.ts';
import { h } from '../dom.ts';
import { type PlainColumn, plainTable } from '../table.ts';

/** Worst first. */
const ORDER = ['critical', 'warning', 'unknown', 'ok'] as const;
const LABELS = { ok: 'OK', warning: 'Warning', critical: 'Critical', unknown: 'Unknown' } as const;

/** How it is and why, as a part of the line below the device's name. */
export function healthMark({ overall, reason }: HealthView): HTMLElement {
  const text = overall.charAt(0).toUpperCase() + overall.slice(1);
  return h(
    'span',
    { class: 'state', 'data-health': overall },
    reason === '' ? text : `${text}: ${reason}`,
  );
}

export function checks(health: HealthView | undefined, now: number): HTMLElement {
  if (health === undefined) {
    return h('p', { class: 'quiet' }, 'This device has not said how it is.');
  }
  if (health.checks.length === 0) return h('p', { class: 'quiet' }, 'No checks are set up.');
  const columns: readonly PlainColumn<CheckView>[] = [
    { title: 'Check', show: nameOf },
    {
      title: 'State',
      show: ({ state }) => [
        h('span', { class: 'state', 'data-health': state }, LABELS[state] ?? state),
      ],
    },
    { title: 'Since', show: ({ since }) => [ago(since, now)] },
    { title: 'What it found', wraps: true, show: ({ text }) => [text] },
    { title: 'Took', numeric: true, show: ({ durationMs }) => [`${durationMs} ms`] },
  ];
  const sorted = health.checks.toSorted(
    (a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || (a.name < b.name ? -1 : 1),
  );
  return plainTable('Checks, worst first', columns, sorted);
}

function nameOf({ name, kind, critical }: CheckView) {
  const more = critical ? `${kind}, critical` : kind;
  return [name, h('span', { class: 'quiet' }, ` ${more}`)];
}
