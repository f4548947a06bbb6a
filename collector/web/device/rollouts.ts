/** The rollouts that a device is or was part of. */
import { ago } from '../../core/present.ts';
import { REASONS } from '../../core/rollouts/reasons.ts';
import { isEnded } from '../../core/rollouts/rollout-table.ts';
import { h } from '../dom.ts';
import { justBefore } from '../one-device.ts';
import { stateBadge } from '../rollouts/counts.ts';
import {
  fetchRolloutDevices,
  fetchRollouts,
  type PageRollout,
  type RolloutDevice,
} from '../rollouts/requests.ts';
import { type PlainColumn, plainTable } from '../table.ts';

const LAST = 10;

export interface DeviceRollout {
  readonly rollout: PageRollout;
  readonly row: RolloutDevice;
}

/** Of the last rollouts those that have the device, newest first. */
export async function fetchDeviceRollouts(device: string): Promise<readonly DeviceRollout[]> {
  const filter = { state: '', reason: '', after: justBefore(device) };
  const found = await Promise.all(
    (await fetchRollouts(LAST)).map(async (rollout) => {
      const rows = await fetchRolloutDevices(rollout.id, filter, 1);
      return rows.flatMap((row) => (row.device === device ? [{ rollout, row }] : []));
    }),
  );
  return found.flat();
}

export function rolloutsTable(rollouts: readonly DeviceRollout[]): HTMLElement {
  return plainTable('The last rollouts of the device, newest first', ROLLOUTS, rollouts);
}

const ROLLOUTS: readonly PlainColumn<DeviceRollout>[] = [
  {
    title: 'Rollout',
    show: ({ rollout: { id, name } }) => [
      h('a', { href: `#/rollout/${encodeURIComponent(id)}`, 'data-key': id }, name),
    ],
  },
  {
    title: 'It is',
    show: ({ rollout: { state } }) => [
      h('span', {}, stateBadge(state), isEnded(state) ? ' over' : ''),
    ],
  },
  { title: 'Stage', show: ({ row }) => [row.stage || '–'] },
  { title: 'This device', show: ({ row }) => [row.state] },
  {
    title: 'Why not updated',
    wraps: true,
    show: ({ row: { reason } }) => [
      reason === undefined ? '–' : `${reason}: ${REASONS[reason] ?? ''}`,
    ],
  },
  { title: 'Since', show: ({ row }) => [row.at === 0 ? '–' : ago(row.at, Date.now())] },
  { title: 'In its words', wraps: true, show: ({ row }) => [row.text || '–'] },
];
