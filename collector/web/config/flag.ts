/** One flag: its rules and shares, its plan, its kill switch, who has which value, its versions. */
import { ago, count, span } from '../../core/present.ts';
import { type Child, h, type View } from '../dom.ts';
import { button, factList, note, section } from '../parts.ts';
import { refreshing } from '../refreshing.ts';
import { Slot } from '../slot.ts';
import { type PlainColumn, plainTable } from '../table.ts';
import { askDelete, askKill, askShare } from './flag-actions.ts';
import { FlagForm } from './flag-form.ts';
import { historyTable } from './history.ts';
import { fetchFlagHistory, fetchFlagValues, type PageFlag, type PageRule } from './requests.ts';
import { flagBadge } from './view.ts';

const POLL_MS = 10_000;
type Values = Awaited<ReturnType<typeof fetchFlagValues>>;

export function newFlagView(root: HTMLElement): View {
  const form = new FlagForm(undefined, (name) => {
    location.hash = `#/flag/${encodeURIComponent(name)}`;
  });
  root.append(back(), h('h1', { tabindex: -1 }, 'New flag'), form.element);
  return { close: () => {} };
}

export function flagView(root: HTMLElement, name: string): View {
  let filled = 0;
  const content = new Slot(h('div', { class: 'details' }));
  const versions = new Slot(h('div', {}));
  const form = new FlagForm(name, changed);
  const rest = h(
    'div',
    { class: 'details', hidden: true },
    section('Definition', form.element),
    section('Versions', versions.element),
  );
  const live = refreshing(
    POLL_MS,
    async () => {
      const history = await fetchFlagHistory(name);
      const [newest] = history;
      if (newest === undefined) return;
      draw(newest, history, newest.deleted === true ? [] : await fetchFlagValues(name));
    },
    'There never was a flag of this name.',
  );

  function changed(): void {
    filled = 0;
    live.now();
  }

  function draw(flag: PageFlag, history: readonly PageFlag[], values: Values): void {
    content.show([flag, values], () => contentOf(flag, values, changed));
    versions.show(history, () => [historyTable(history, whatOf)]);
    if (filled === 0) {
      form.show(flag);
      filled = flag.version;
    }
    rest.hidden = false;
  }

  root.append(back(), h('h1', { tabindex: -1 }, name), live.failure, content.element, rest);
  return live;
}

function contentOf(flag: PageFlag, values: Values, changed: () => void): Child[] {
  const { name, description, by, at, version, deleted } = flag;
  if (deleted === true) return [note(`It was deleted ${ago(at, Date.now())} by ${by}.`)];
  return [
    h(
      'div',
      {},
      h(
        'p',
        { class: 'headline' },
        flagBadge(flag),
        ` version ${version}, set ${ago(at, Date.now())} by ${by}`,
      ),
      h('p', {}, description),
      h(
        'div',
        { class: 'actions' },
        button(flag.killed ? 'End the kill…' : 'Kill…', 'kill', () => askKill(flag, changed)),
        button('Delete…', 'delete', () => askDelete(name, changed)),
      ),
    ),
    factList({
      Type: flag.type,
      Default: h('code', {}, JSON.stringify(flag.default)),
      'When killed': h('code', {}, JSON.stringify(flag.off)),
      Plan: planText(flag),
    }),
    section('Rules, the first that takes a device counts', rules(flag, changed)),
    section('Devices by value', plainTable('Values of all devices', VALUES, values)),
  ];
}

function planText({ plan }: PageFlag): string {
  if (plan === undefined) return '';
  const steps = plan.steps.map(
    ({ share, forMs }) => `${share} %${forMs > 0 ? ` for ${span(forMs)}` : ''}`,
  );
  const why = plan.reason === '' ? '' : `: ${plan.reason}`;
  return `rule ${plan.rule + 1}, ${steps.join(', then ')}; ${plan.state}${why}`;
}

function rules(flag: PageFlag, changed: () => void): HTMLElement {
  if (flag.rules.length === 0) return note('None: all devices have the default.');
  const columns: readonly PlainColumn<readonly [number, PageRule]>[] = [
    { title: 'Rule', numeric: true, show: ([i]) => [String(i + 1)] },
    { title: 'Devices', wraps: true, show: ([, { selector }]) => [selector] },
    { title: 'Value', show: ([, { value }]) => [h('code', {}, JSON.stringify(value))] },
    { title: 'Share', numeric: true, show: ([, { share }]) => [`${share} %`] },
    {
      title: 'Do',
      show: ([i]) => {
        const ask = () => askShare(flag, i, changed);
        const label = `Change the share of rule ${i + 1}…`;
        return [h('div', { class: 'actions' }, button('Share…', `share ${i}`, ask, label))];
      },
    },
  ];
  return plainTable('Rules in order', columns, [...flag.rules.entries()]);
}

const VALUES: readonly PlainColumn<Values[number]>[] = [
  { title: 'Value', show: ({ value }) => [h('code', {}, JSON.stringify(value))] },
  { title: 'Devices', numeric: true, show: ({ devices }) => [count(devices)] },
];

function whatOf({ killed, rules: all, plan }: PageFlag): string {
  const shares = all.map(({ selector, share }) => `${selector}: ${share} %`);
  const state = killed ? ['killed'] : [];
  const planned = plan === undefined ? [] : [`plan ${plan.state}`];
  return [...state, ...shares, ...planned].join(', ') || 'the default for all';
}

function back(): HTMLElement {
  return h('p', { class: 'back' }, h('a', { href: '#/config' }, '← Configuration'));
}
