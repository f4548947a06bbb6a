/** What is wanted of the fleet: layers, flags, and how many devices have it. */
import { ago, count, plural } from '../../core/present.ts';
import { type Child, h, setText, type View } from '../dom.ts';
import { badge, deviceLink, note, section } from '../parts.ts';
import { refreshing } from '../refreshing.ts';
import { Slot } from '../slot.ts';
import { type PlainColumn, plainTable } from '../table.ts';
import {
  type DesiredCounts,
  fetchDesiredCounts,
  fetchFlags,
  fetchLayers,
  type PageFlag,
  type PageLayer,
} from './requests.ts';

const POLL_MS = 10_000;
const TROUBLED = 50;

export function configView(root: HTMLElement): View {
  const summary = h('p', { class: 'summary' });
  const content = new Slot(h('div', { class: 'details' }));
  const live = refreshing(POLL_MS, async () => {
    const [layers, flags, desired] = await Promise.all([
      fetchLayers(),
      fetchFlags(),
      fetchDesiredCounts(TROUBLED),
    ]);
    setText(summary, countsText(desired));
    const minute = Math.floor(Date.now() / 60_000);
    content.show([layers, flags, desired.troubled, minute], () => [
      troubled(desired),
      section(
        'Layers',
        layers.length === 0
          ? note('No layer is set: devices have their own files alone.')
          : table(layers),
      ),
      section('Flags', flags.length === 0 ? note('No flag is set.') : flagTable(flags)),
    ]);
  });
  root.append(
    h('h1', { tabindex: -1 }, 'Configuration'),
    h(
      'div',
      { class: 'bar' },
      summary,
      h('a', { class: 'main', href: '#/layers/new' }, 'New layer'),
      h('a', { class: 'main', href: '#/flags/new' }, 'New flag'),
    ),
    live.failure,
    content.element,
  );
  return live;
}

function countsText({ counts }: DesiredCounts): string {
  const shown = Object.entries(counts).filter(([, n]) => n > 0);
  if (shown.length === 0) return 'no devices';
  return shown.map(([state, n]) => `${count(n)} ${state}`).join(' · ');
}

function troubled({ troubled: found }: DesiredCounts): Child {
  if (found.length === 0) return undefined;
  const title = `Refused or taken back (${plural(found.length, 'device')})`;
  return section(title, plainTable('Devices that do not have what is wanted', TROUBLES, found));
}

const TROUBLES: readonly PlainColumn<DesiredCounts['troubled'][number]>[] = [
  { title: 'Device', show: ({ device }) => [deviceLink(device)] },
  { title: 'State', show: ({ state }) => [badge(state, 'bad')] },
  {
    title: 'Problems',
    wraps: true,
    show: ({ problems }) =>
      problems.map(({ path, message }) => h('div', {}, h('code', {}, path), ` ${message}`)),
  },
];

function table(layers: readonly PageLayer[]): HTMLElement {
  return plainTable('Layers, each lies over those with a wider reach', LAYERS, layers);
}

const changed = ({ at, by, comment }: { at: number; by: string; comment: string }): string =>
  `${ago(at, Date.now())} by ${by}${comment === '' ? '' : `: ${comment}`}`;

const LAYERS: readonly PlainColumn<PageLayer>[] = [
  {
    title: 'Layer',
    show: ({ id }) => [h('a', { href: `#/layer/${encodeURIComponent(id)}`, 'data-key': id }, id)],
  },
  { title: 'Devices', wraps: true, show: ({ selector }) => [selector ?? '–'] },
  { title: 'Priority', numeric: true, show: ({ priority }) => [String(priority)] },
  { title: 'Share', numeric: true, show: ({ share }) => [`${share} %`] },
  {
    title: 'State',
    show: ({ enabled }) => [enabled ? badge('on', 'good') : badge('off', 'plain')],
  },
  { title: 'Sets', wraps: true, show: ({ config }) => [Object.keys(config).join(', ') || '–'] },
  { title: 'Version', numeric: true, show: ({ version }) => [String(version)] },
  { title: 'Changed', wraps: true, show: (one) => [changed(one)] },
];

function flagTable(flags: readonly PageFlag[]): HTMLElement {
  return plainTable('Feature flags, by name', FLAGS, flags);
}

const FLAGS: readonly PlainColumn<PageFlag>[] = [
  {
    title: 'Flag',
    show: ({ name }) => [
      h('a', { href: `#/flag/${encodeURIComponent(name)}`, 'data-key': `flag ${name}` }, name),
    ],
  },
  { title: 'State', show: (flag) => [flagBadge(flag)] },
  { title: 'Default', show: (flag) => [h('code', {}, JSON.stringify(flag.default))] },
  {
    title: 'Rules',
    wraps: true,
    show: ({ rules }) =>
      rules.length === 0
        ? ['–']
        : rules.map(({ selector, value, share }) =>
            h('div', {}, `${selector} → ${JSON.stringify(value)} for ${share} %`),
          ),
  },
  { title: 'Version', numeric: true, show: ({ version }) => [String(version)] },
  { title: 'Changed', wraps: true, show: (one) => [changed(one)] },
];

export function flagBadge({ killed, plan }: PageFlag): HTMLElement {
  if (killed) return badge('killed', 'bad');
  if (plan?.state === 'running')
    return badge(`plan: step ${plan.step + 1} of ${plan.steps.length}`, 'busy');
  if (plan?.state === 'paused') return badge('plan paused', 'warn');
  if (plan?.state === 'off') return badge('off by its plan', 'warn');
  return badge('on', 'good');
}
