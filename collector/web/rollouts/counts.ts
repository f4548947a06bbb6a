/** How many devices are in which state: as a bar, and in words for those who do not see it. */

import { count, percent } from '../../core/present.ts';
import type { DeviceState } from '../../core/rollouts/device-table.ts';
import type { RolloutState } from '../../core/rollouts/rollout-table.ts';
import { h } from '../dom.ts';
import { badge } from '../parts.ts';
import type { Counts } from './requests.ts';

/** What is done stands left, what waits right. As keys, so that none can be left out. */
const PLACES: Readonly<Record<DeviceState, true>> = {
  succeeded: true,
  updating: true,
  held: true,
  retrying: true,
  failed: true,
  reverting: true,
  reverted: true,
  waiting: true,
  skipped: true,
};
export const STATES_IN_ORDER = Object.keys(PLACES) as readonly DeviceState[];

export function countsBar(counts: Counts): HTMLElement {
  const parts = STATES_IN_ORDER.filter((state) => counts[state] > 0).map((state) => {
    const part = h('span', { 'data-state': state, title: `${count(counts[state])} ${state}` });
    part.style.setProperty('flex-grow', String(counts[state]));
    return part;
  });
  return h('div', { class: 'bar-of', role: 'img', 'aria-label': countsText(counts) }, ...parts);
}

export function countsText(counts: Counts): string {
  const shown = STATES_IN_ORDER.filter((state) => counts[state] > 0);
  if (shown.length === 0) return 'no devices';
  return shown.map((state) => `${count(counts[state])} ${state}`).join(' · ');
}

export function countsWithText(counts: Counts): HTMLElement {
  return h(
    'div',
    { class: 'counts' },
    countsBar(counts),
    h('span', { class: 'quiet', 'aria-hidden': 'true' }, countsText(counts)),
  );
}

export function rateText(rate: number | undefined): string {
  return rate === undefined ? '–' : percent(rate * 100);
}

const TONES = {
  running: 'busy',
  paused: 'warn',
  stopped: 'bad',
  reverting: 'warn',
  reverted: 'warn',
  aborted: 'plain',
  done: 'good',
} as const;

export function stateBadge(state: RolloutState): HTMLElement {
  return badge(state, TONES[state] ?? 'plain');
}
