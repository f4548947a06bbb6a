/** The last runs of tasks, remedies and installations on a device. */
import { ago, clock, span } from '../../core/present.ts';
import type { ReportView } from '../../core/views.ts';
import { h } from '../dom.ts';
import { type PlainColumn, plainTable } from '../table.ts';

/** How each state looks: as what it means for the device. */
const LOOKS: Readonly<Record<ReportView['state'], string>> = {
  running: 'unknown',
  succeeded: 'ok',
  failed: 'critical',
  'timed-out': 'critical',
  interrupted: 'warning',
  cancelled: 'unknown',
  skipped: 'unknown',
};

export function runs(found: readonly ReportView[], now: number): HTMLElement {
  if (found.length === 0) {
    return h('p', { class: 'quiet' }, 'No task and no remedy has run that is known here.');
  }
  const columns: readonly PlainColumn<ReportView>[] = [
    {
      title: 'Started',
      show: ({ startedAt }) => [
        clock(startedAt),
        h('span', { class: 'quiet' }, ` ${ago(startedAt, now)}`),
      ],
    },
    {
      title: 'What',
      show: ({ subject, name }) => [name, h('span', { class: 'quiet' }, ` ${subject}`)],
    },
    {
      title: 'State',
      show: ({ state }) => [h('span', { class: 'state', 'data-health': LOOKS[state] }, state)],
    },
    { title: 'Result', wraps: true, show: ({ text }) => [text] },
    { title: 'Took', numeric: true, show: (report) => [took(report)] },
  ];
  return plainTable('Runs, newest first', columns, found);
}

function took({ startedAt, endedAt }: ReportView): string {
  return endedAt === undefined ? '–' : span(Math.max(0, endedAt - startedAt));
}
