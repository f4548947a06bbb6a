/** Rollouts as tables and lines. */
import { clock, percent, plural } from '../../../core/present.ts';
import { DEVICE_STATES } from '../../../core/rollouts/device-table.ts';
import { REASONS, type Reason } from '../../../core/rollouts/reasons.ts';
import type { Counts, DeviceRow, RolloutSummary, RolloutView } from '../../../ports/rollouts.ts';
import { pairs, table } from '../../table.ts';

export const API = '/api/muster/v1/rollouts';

export function pathOf(id: string): string {
  return `${API}/${encodeURIComponent(id)}`;
}

export function countsText(counts: Counts): string {
  const shown = DEVICE_STATES.filter((state) => counts[state] > 0);
  return shown.length === 0
    ? 'no devices'
    : shown.map((state) => `${counts[state]} ${state}`).join(', ');
}

export function lineText({ id, state, why, counts }: RolloutSummary): string {
  return `${id}: ${state}${why === '' ? '' : ` (${why})`}: ${countsText(counts)}\n`;
}

export function listText(found: readonly RolloutSummary[]): string {
  return table<RolloutSummary>(
    [
      { title: 'id', text: ({ id }) => id },
      { title: 'name', text: ({ name }) => name },
      { title: 'state', text: ({ state }) => state },
      { title: 'started', text: ({ createdAt }) => clock(createdAt) },
      { title: 'by', text: ({ by }) => by },
      { title: 'devices', text: ({ counts }) => countsText(counts) },
      {
        title: 'success',
        right: true,
        text: ({ successRate }) => (successRate === undefined ? '' : percent(successRate * 100)),
      },
    ],
    found,
  );
}

export function showText(view: RolloutView): string {
  const head = pairs([
    ['name', view.name],
    ['state', view.why === '' ? view.state : `${view.state}: ${view.why}`],
    ['packages', view.packages.map(({ name, version }) => `${name} ${version}`).join(', ')],
    ['target', view.target],
    ['started', `${clock(view.createdAt)} by ${view.by}`],
    ['comment', view.comment],
    ['ended', view.endedAt === 0 ? 'not yet' : clock(view.endedAt)],
    ['devices', countsText(view.counts)],
    // Without devices beside the updated ones there is nothing to compare.
    ...(view.evidence.waiting === 0 ? [] : [['comparison', comparison(view)] as const]),
  ]);
  const stages = table(
    [
      { title: 'stage', text: ({ name }) => name },
      { title: 'state', text: ({ state }) => state },
      { title: 'since', text: ({ at }) => clock(at) },
      { title: 'devices', text: ({ counts }) => countsText(counts) },
      { title: '', text: ({ why }) => why },
    ],
    view.stages,
  );
  const reasons = Object.entries(view.reasons).map(([reason, n]) => ({
    reason: reason as Reason,
    n,
  }));
  return `${head}\n${stages}\n${reasons.length === 0 ? '' : reasonsText(reasons)}`;
}

export function reasonsText(reasons: readonly { reason: Reason; n: number }[]): string {
  return table(
    [
      { title: 'not updated', right: true, text: ({ n }) => String(n) },
      { title: 'reason', text: ({ reason }) => reason },
      { title: '', text: ({ reason }) => REASONS[reason] },
    ],
    reasons,
  );
}

export function devicesText(devices: readonly DeviceRow[]): string {
  return table<DeviceRow>(
    [
      { title: 'device', text: ({ device }) => device },
      { title: 'stage', text: ({ stage }) => stage },
      { title: 'state', text: ({ state }) => state },
      { title: 'reason', text: ({ reason = '' }) => reason },
      { title: 'attempts', right: true, text: ({ attempt }) => String(attempt) },
      { title: 'text', text: ({ text }) => text },
    ],
    devices,
  );
}

function comparison({
  evidence: { verdict, updated, updatedBad, waiting, waitingBad },
}: RolloutView): string {
  const bad = `${updatedBad} of ${plural(updated, 'updated device')} bad, ${waitingBad} of ${waiting} beside them`;
  return `${verdict} (${bad})`;
}
