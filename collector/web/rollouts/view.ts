/** All rollouts, the newest first: how far they are and how well they do. */
import { ago, clock, plural } from '../../core/present.ts';
import { isEnded } from '../../core/rollouts/rollout-table.ts';
import { h, setText, type View } from '../dom.ts';
import { button, choices, note } from '../parts.ts';
import { refreshing } from '../refreshing.ts';
import { Slot } from '../slot.ts';
import { type PlainColumn, plainTable } from '../table.ts';
import { countsWithText, rateText, stateBadge } from './counts.ts';
import { fetchRollouts, listenToRollouts, type PageRollout } from './requests.ts';

const POLL_MS = 10_000;
const PAGE = 50;

type Filter = 'all' | 'going' | 'ended';
const FILTERS: readonly (readonly [Filter, string])[] = [
  ['all', 'All'],
  ['going', 'Going on'],
  ['ended', 'Ended'],
];

export function rolloutsView(root: HTMLElement): View {
  let rollouts: readonly PageRollout[] = [];
  let filter: Filter = 'all';
  let limit = PAGE;
  let loaded = false;

  const summary = h('p', { class: 'summary' });
  const list = new Slot(h('div', {}));
  const live = refreshing(POLL_MS, async () => {
    rollouts = await fetchRollouts(limit);
    loaded = true;
    draw();
  });

  function draw(): void {
    const going = rollouts.filter(({ state }) => !isEnded(state)).length;
    setText(summary, `${plural(rollouts.length, 'rollout')} · ${going} going on`);
    const shown = rollouts.filter(
      ({ state }) => filter === 'all' || isEnded(state) === (filter === 'ended'),
    );
    const minute = Math.floor(Date.now() / 60_000);
    list.show([shown, limit, rollouts.length, loaded, minute], () => [
      shown.length > 0 ? table(shown) : undefined,
      shown.length === 0 && loaded ? note(nothing()) : undefined,
      rollouts.length === limit ? button('Show older ones', 'older', older) : undefined,
    ]);
  }

  function nothing(): string {
    return rollouts.length === 0
      ? 'Nothing was rolled out yet. A new rollout begins with a dry run.'
      : 'None of the rollouts is one of these.';
  }

  function older(): void {
    limit += PAGE;
    live.now();
  }

  root.append(
    h('h1', { tabindex: -1 }, 'Rollouts'),
    h(
      'div',
      { class: 'bar' },
      summary,
      h('a', { class: 'main', href: '#/rollouts/new' }, 'New rollout'),
    ),
    choices('Which rollouts', FILTERS, filter, (key) => {
      filter = key;
      draw();
    }),
    live.failure,
    list.element,
  );
  const stopListening = listenToRollouts(live.now);
  return {
    close() {
      live.close();
      stopListening();
    },
  };
}

export function packagesText(packages: PageRollout['packages']): string {
  return packages.map(({ name, version }) => `${name} ${version}`).join(', ');
}

const COLUMNS: readonly PlainColumn<PageRollout>[] = [
  {
    title: 'Rollout',
    show: ({ id, name }) => [
      h('a', { href: `#/rollout/${encodeURIComponent(id)}`, 'data-key': id }, name),
      h('div', { class: 'quiet' }, id),
    ],
  },
  { title: 'State', show: ({ state, why }) => [h('span', { title: why }, stateBadge(state))] },
  { title: 'Devices', show: ({ counts }) => [countsWithText(counts)] },
  { title: 'Success', numeric: true, show: ({ successRate }) => [rateText(successRate)] },
  { title: 'Packages', wraps: true, show: ({ packages }) => [packagesText(packages)] },
  { title: 'Target', show: ({ target }) => [target] },
  {
    title: 'Started',
    show: ({ createdAt, by }) => [
      h('span', { title: clock(createdAt) }, `${ago(createdAt, Date.now())} by ${by}`),
    ],
  },
];

function table(rollouts: readonly PageRollout[]): HTMLElement {
  return plainTable('Rollouts, newest first', COLUMNS, rollouts);
}
