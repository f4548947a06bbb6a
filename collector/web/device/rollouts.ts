/** The rollouts that a device is or was part of. */
import { ago } from '../../core/present.ts';
import { REASONS } from '../../core/rollouts/reasons.ts';
import { isEnded } from '../../core/rollouts/rollout-table.ts';
import { h } from '../dom.ts';
import { stateBadge } from '../rollouts/counts.ts';
import type { DeviceRollout } from '../rollouts/requests.ts';
import { type PlainColumn, plainTable } from '../table.ts';

export function rolloutsTable(rollouts: readonly DeviceRollout[]): HTMLElement {
  return plainTable('The last rollouts of the device, newest first', ROLLOUTS, rollouts);
}

const ROLLOUTS: readonly PlainColumn<DeviceRollout>[] = [
  {
    title: 'Rollout',
    show: ({ id, name }) => [
      h('a', { href: `#/rollout/${encodeURIComponent(id)}`, 'data-key': id }, name),
    ],
  },
  {
    title: 'It is',
    show: ({ state }) => [h('span', {}, stateBadge(state), isEnded(state) ? ' over' : '')],
  },
  { title: 'Stage', show: ({ device: row }) => [row.stage || '–'] },
  { title: 'This device', show: ({ device: row }) => [row.state] },
  {
    title: 'Why not updated',
    wraps: true,
    show: ({ device: { reason } }) => [
      reason === undefined ? '–' : `${reason}: ${REASONS[reason] ?? ''}`,
    ],
  },
  { title: 'Since', show: ({ device: row }) => [row.at === 0 ? '–' : ago(row.at, Date.now())] },
  { title: 'In its words', wraps: true, show: ({ device: row }) => [row.text || '–'] },
];
