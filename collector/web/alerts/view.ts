/** Firing alerts in groups: what holds them back, who has them, and buttons to take or silence them. */
import { ago, clock, plural } from '../../core/present.ts';
import { every, h, setText, type View } from '../dom.ts';
import { Actions } from './actions.ts';
import { chips } from './chips.ts';
import { type AlertGroup, arrange, type GroupBy, open, summaryOf } from './groups.ts';
import { fetchAlerts, type PageAlert } from './requests.ts';

const POLL_MS = 5000;
const GROUPS: readonly (readonly [GroupBy, string])[] = [
  ['alertname', 'Alert'],
  ['site', 'Site'],
  ['instance', 'Device'],
];

export function alertsView(root: HTMLElement): View {
  let alerts: readonly PageAlert[] = [];
  let by: GroupBy = 'alertname';
  let drawn = '';
  let loaded = false;

  const summary = h('p', { class: 'summary' });
  const failure = h('p', { class: 'failure', role: 'alert' });
  const actions = new Actions(() => void refresh());
  const search = h('input', {
    type: 'search',
    id: 'search',
    placeholder: 'Name, label, state…',
    autocomplete: 'off',
    oninput: draw,
  });
  const choices = GROUPS.map(([key, text]) =>
    h('button', { type: 'button', 'data-group': key, onclick: () => group(key) }, text),
  );
  const list = h('div', { class: 'alerts' });
  root.append(
    h('h1', { tabindex: -1 }, 'Alerts'),
    h(
      'div',
      { class: 'bar' },
      summary,
      actions.nameField,
      h('label', { for: 'search' }, 'Search '),
      search,
    ),
    h('div', { class: 'spans', role: 'group', 'aria-label': 'Group by' }, ...choices),
    failure,
    actions.failure,
    list,
  );

  function group(key: GroupBy): void {
    by = key;
    draw();
  }

  function draw(): void {
    for (const choice of choices) {
      choice.setAttribute('aria-pressed', String(choice.dataset['group'] === by));
    }
    setText(summary, `${plural(alerts.length, 'alert')} firing · ${open(alerts)} open`);
    const groups = arrange(alerts, search.value, by);
    const minute = Math.floor(Date.now() / 60_000);
    const next = JSON.stringify([groups, by, minute, loaded]);
    // What somebody reads or is about to press stays as it is while nothing changes.
    if (next === drawn) return;
    drawn = next;
    const focused = document.activeElement?.getAttribute('data-key') ?? undefined;
    list.replaceChildren(...groups.map((one) => section(one, by, actions)));
    if (groups.length === 0 && loaded) list.append(h('p', { class: 'note' }, nothing()));
    if (focused !== undefined) {
      list.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
    }
  }

  function nothing(): string {
    return alerts.length === 0 ? 'No alert fires.' : 'No alert matches the search.';
  }

  async function refresh(): Promise<void> {
    try {
      alerts = await fetchAlerts();
      loaded = true;
      setText(failure, '');
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown';
      setText(failure, `The collector does not answer: ${reason}`);
    }
    draw();
  }

  draw();
  const stop = every(POLL_MS, () => void refresh());
  return { close: stop };
}

function section({ name, alerts }: AlertGroup, by: GroupBy, actions: Actions): HTMLElement {
  const title = name === '' ? `without ${by}` : name;
  const heads = ['Alert', 'Device', 'Site', 'Since', 'State', 'Do'].map((text) =>
    h('th', { scope: 'col' }, text),
  );
  return h(
    'section',
    {},
    h('h2', {}, `${title} `, h('span', { class: 'quiet' }, `(${alerts.length})`)),
    h(
      'div',
      { class: 'scroll' },
      h(
        'table',
        {},
        h('caption', { class: 'hidden' }, `Alerts, ${title}`),
        h('thead', {}, h('tr', {}, ...heads)),
        h('tbody', {}, ...alerts.map((alert) => row(alert, actions))),
      ),
    ),
  );
}

function row(alert: PageAlert, actions: Actions): HTMLElement {
  const { labels, fingerprint, startsAt } = alert;
  const device = labels['instance'];
  const key = `link ${fingerprint}`;
  return h(
    'tr',
    { 'data-fingerprint': fingerprint },
    h(
      'th',
      { scope: 'row' },
      h(
        'a',
        { href: `#/alert/${fingerprint}`, 'data-key': key },
        labels['alertname'] ?? fingerprint,
      ),
      h('p', { class: 'quiet what' }, summaryOf(alert)),
    ),
    h(
      'td',
      {},
      device === undefined
        ? '–'
        : h('a', { href: `#/device/${encodeURIComponent(device)}` }, device),
    ),
    h('td', {}, labels['site'] ?? '–'),
    h('td', { title: clock(startsAt) }, ago(startsAt, Date.now())),
    h('td', {}, chips(alert)),
    h('td', {}, actions.buttons(alert)),
  );
}
