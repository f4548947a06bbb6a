/** One alert: its labels, its state, and everything that happened to it. */
import { EVENT_KINDS } from '../../core/alerting/event.ts';
import { clock } from '../../core/present.ts';
import { every, h, setText, type View } from '../dom.ts';
import { Actions } from './actions.ts';
import { chips } from './chips.ts';
import { fetchAlerts, fetchHistory, type PageAlert, type PageEvent } from './requests.ts';

const POLL_MS = 5000;

export function alertView(root: HTMLElement, fingerprint: string): View {
  let drawn = '';
  const title = h('h1', { tabindex: -1 }, 'Alert');
  const failure = h('p', { class: 'failure', role: 'alert' });
  const actions = new Actions(() => void refresh());
  const state = h('div', {});
  const history = h('div', { class: 'scroll' });
  root.append(
    h('a', { href: '#/alerts' }, '← Alerts'),
    title,
    h('div', { class: 'bar' }, actions.nameField),
    failure,
    actions.failure,
    state,
    h('h2', {}, 'What happened'),
    history,
  );

  async function refresh(): Promise<void> {
    try {
      const [alerts, events] = await Promise.all([fetchAlerts(), fetchHistory(fingerprint)]);
      setText(failure, '');
      draw(
        alerts.find((one) => one.fingerprint === fingerprint),
        events,
      );
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown';
      setText(failure, `The collector does not answer: ${reason}`);
    }
  }

  function draw(alert: PageAlert | undefined, events: readonly PageEvent[]): void {
    const next = JSON.stringify([alert, events]);
    if (next === drawn) return;
    drawn = next;
    const focused = document.activeElement?.getAttribute('data-key') ?? undefined;
    if (alert === undefined) {
      state.replaceChildren(h('p', { class: 'note' }, 'It does not fire at present.'));
    } else {
      setText(title, alert.labels['alertname'] ?? fingerprint);
      state.replaceChildren(chips(alert), actions.buttons(alert), facts(alert));
    }
    history.replaceChildren(eventTable(events));
    if (focused !== undefined) {
      state.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
    }
  }

  const stop = every(POLL_MS, () => void refresh());
  return { close: stop };
}

function facts({ labels, annotations, startsAt, receivers }: PageAlert): HTMLElement {
  const entries = [
    ...Object.entries(annotations),
    ...Object.entries(labels),
    ['since', clock(startsAt)],
    ['receivers', receivers.join(', ')],
  ] as const;
  return h(
    'dl',
    { class: 'facts' },
    ...entries.flatMap(([name = '', value = '']) => [h('dt', {}, name), h('dd', {}, value)]),
  );
}

function eventTable(events: readonly PageEvent[]): HTMLElement {
  if (events.length === 0) return h('p', { class: 'note' }, 'Nothing is known of it.');
  const kinds: Readonly<Record<string, string>> = EVENT_KINDS;
  const rows = events.map(({ at, kind, data }) =>
    h(
      'tr',
      { 'data-kind': kind },
      h('td', {}, clock(at)),
      h('th', { scope: 'row' }, kinds[kind] ?? kind),
      h('td', { class: 'what' }, factsText(data)),
    ),
  );
  const heads = ['Time', 'Event', 'Facts'].map((text) => h('th', { scope: 'col' }, text));
  return h(
    'table',
    {},
    h('caption', { class: 'hidden' }, 'What happened, newest first'),
    h('thead', {}, h('tr', {}, ...heads)),
    h('tbody', {}, ...rows),
  );
}

function factsText(data: PageEvent['data']): string {
  const { labels: _labels, ...rest } = data;
  return Object.entries(rest)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}: ${name === 'until' ? clock(Number(value)) : String(value)}`)
    .join(' · ');
}
