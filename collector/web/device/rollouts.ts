/** The packages of a device, and the rollouts that it is or was part of. */
import { ago } from '../../core/present.ts';
import { REASONS } from '../../core/rollouts/reasons.ts';
import { isEnded } from '../../core/rollouts/rollout-table.ts';
import type { ReportedView } from '../../core/views.ts';
import { type Child, h } from '../dom.ts';
import { justBefore } from '../one-device.ts';
import { note } from '../parts.ts';
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

interface Row {
  readonly name: string;
  readonly version: string;
  readonly slot: string;
  readonly wanted: DeviceRollout | undefined;
}

export function packagesTable(
  { packages }: ReportedView,
  rollouts: readonly DeviceRollout[],
): HTMLElement {
  const wanted = new Map<string, DeviceRollout>();
  for (const one of rollouts) {
    if (one.row.state !== 'updating' && one.row.state !== 'succeeded') continue;
    for (const { name } of one.rollout.packages) if (!wanted.has(name)) wanted.set(name, one);
  }
  const names = new Set(packages.map(({ name }) => name));
  const rows: Row[] = packages.map((one) => ({ ...one, wanted: wanted.get(one.name) }));
  for (const [name, one] of wanted) {
    if (!names.has(name)) rows.push({ name, version: '', slot: '', wanted: one });
  }
  if (rows.length === 0) return note('It has no packages, and none is wanted of it.');
  return plainTable('Packages of the device', PACKAGES, rows);
}

const PACKAGES: readonly PlainColumn<Row>[] = [
  { title: 'Package', show: ({ name }) => [name] },
  { title: 'Runs', show: ({ version }) => [version || '–'] },
  { title: 'Slot', show: ({ slot }) => [slot || '–'] },
  { title: 'Wanted', show: (row) => wantedOf(row) },
];

function wantedOf({ name, wanted }: Row): Child[] {
  if (wanted === undefined) return ['–'];
  const { packages, id } = wanted.rollout;
  const version = packages.find((one) => one.name === name)?.version ?? '';
  return [`${version} by `, rolloutLink(id, id)];
}

function rolloutLink(id: string, text: string): HTMLElement {
  return h('a', { href: `#/rollout/${encodeURIComponent(id)}`, 'data-key': `rollout ${id}` }, text);
}

export function rolloutsTable(rollouts: readonly DeviceRollout[]): HTMLElement {
  return plainTable('The last rollouts of the device, newest first', ROLLOUTS, rollouts);
}

const ROLLOUTS: readonly PlainColumn<DeviceRollout>[] = [
  { title: 'Rollout', show: ({ rollout: { id, name } }) => [rolloutLink(id, name)] },
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
