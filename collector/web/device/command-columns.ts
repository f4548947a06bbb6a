/** A command that went to a device, as a line of a table. */
import { ago, clock } from '../../core/present.ts';
import { h } from '../dom.ts';
import { badge } from '../parts.ts';
import type { PlainColumn } from '../table.ts';
import type { PageCommand, Sent } from './requests.ts';

export const COMMAND_COLUMNS: readonly PlainColumn<Sent>[] = [
  {
    title: 'Command',
    wraps: true,
    show: ({ name, args }) => [name, h('span', { class: 'quiet' }, argumentsText(args))],
  },
  { title: 'State', show: ({ target: { state } }) => [badge(state, toneOf(state))] },
  { title: 'Answer', wraps: true, show: ({ target }) => [target.text || '–'] },
  {
    title: 'Sent',
    show: ({ issuedAt, by, comment }) => [
      h(
        'span',
        { title: `${clock(issuedAt)} ${comment}` },
        `${ago(issuedAt, Date.now())} by ${by}`,
      ),
    ],
  },
];

function argumentsText(args: PageCommand['args']): string {
  return Object.entries(args)
    .map(([name, value]) => ` ${name}=${value}`)
    .join('');
}

function toneOf(state: string): Parameters<typeof badge>[1] {
  if (state === 'succeeded') return 'good';
  if (state === 'failed' || state === 'refused') return 'bad';
  return state === 'expired' || state === 'cancelled' ? 'plain' : 'busy';
}
