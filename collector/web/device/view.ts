/** One device: charts of what it measures, live, and what is known of it. */
import type { DeviceView, ReportView } from '../../core/views.ts';
import { AskError, fetchDevice, fetchReports, listen } from '../api.ts';
import { every, h, setText, type View } from '../dom.ts';
import { Chart } from './chart.ts';
import { CHARTS, selectorFor } from './charts.ts';
import { details, headline } from './details.ts';
import { DeviceSamples } from './samples.ts';
import { Wishes } from './wishes.ts';

const SPANS = [
  { title: '5 min', seconds: 300 },
  { title: '15 min', seconds: 900 },
  { title: '1 h', seconds: 3600 },
  { title: '6 h', seconds: 21_600 },
  { title: '24 h', seconds: 86_400 },
] as const;

const SHOWN_RUNS = 10;

export function deviceView(root: HTMLElement, id: string): View {
  const selector = selectorFor(id);
  const samples = new DeviceSamples(selector);
  const charts = CHARTS.map((plan) => ({ plan, chart: new Chart(plan) }));
  let seconds: number = 900;
  const failures = new Map<string, string>();
  let drawing = 0;
  let loadedAt = Date.now();

  const head = h('p', { class: 'headline' });
  const failure = h('p', { class: 'failure', role: 'alert' });
  const rest = h('div', { class: 'details' });
  const wishes = new Wishes(id);
  const buttons = SPANS.map(({ title, seconds: span }) =>
    h(
      'button',
      { type: 'button', 'aria-pressed': String(span === seconds), onclick: () => choose(span) },
      title,
    ),
  );
  root.append(
    h('p', { class: 'back' }, h('a', { href: '#/' }, '← Fleet')),
    h('h1', { tabindex: -1 }, id),
    head,
    failure,
    h('div', { class: 'spans', role: 'group', 'aria-label': 'Span of the charts' }, ...buttons),
    h('div', { class: 'charts' }, ...charts.map(({ chart }) => chart.element)),
    rest,
    wishes.element,
  );

  function choose(span: number): void {
    seconds = span;
    for (const [i, button] of buttons.entries()) {
      button.setAttribute('aria-pressed', String(SPANS[i]?.seconds === span));
    }
    void load();
  }

  async function load(): Promise<void> {
    loadedAt = Date.now();
    await attempt('samples', () => samples.load(seconds));
    draw();
  }

  async function refresh(): Promise<void> {
    await attempt('device', async () => {
      const [device, reports] = await Promise.all([fetchDevice(id), fetchReports(id, SHOWN_RUNS)]);
      show(device, reports);
    });
  }

  /** One message for each thing that may fail: what works must not hide what does not. */
  async function attempt(what: 'device' | 'samples', action: () => Promise<void>): Promise<void> {
    failures.delete(what);
    try {
      await action();
    } catch (error) {
      const unknown = error instanceof AskError && error.status === 404;
      failures.set(what, unknown ? 'No device has this id.' : `No answer: ${String(error)}`);
    }
    setText(failure, [...failures.values()].join(' '));
  }

  function show(device: DeviceView, reports: readonly ReportView[]): void {
    head.replaceChildren(...headline(device, Date.now()));
    rest.replaceChildren(...details(device, reports, Date.now()));
    wishes.show(device);
  }

  /** At most once a frame, however many messages came. */
  function draw(): void {
    if (drawing !== 0) return;
    drawing = requestAnimationFrame(() => {
      drawing = 0;
      const now = Date.now() / 1000;
      for (const { plan, chart } of charts) {
        chart.show(plan.lines(samples.all(plan.metrics)), now - seconds, now);
        chart.fit();
      }
    });
  }

  const fit = (): void => {
    for (const { chart } of charts) chart.fit();
  };
  const recolour = (): void => {
    for (const { chart } of charts) chart.redraw();
  };
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  addEventListener('resize', fit);
  scheme.addEventListener('change', recolour);
  const stops = [
    every(10_000, () => void refresh()),
    listen(
      { device: id, kinds: ['sample', 'state', 'gap'], match: selector },
      (message) => {
        if (message.kind === 'sample') samples.receive(message.data);
        else void refresh();
        draw();
      },
      () => void load(),
    ),
    // The window of time moves on, also when nothing comes.
    every(1000, () => {
      if (Date.now() - loadedAt > 1000 * samples.reloadAfter) void load();
      draw();
    }),
  ];
  return {
    close() {
      for (const stop of stops) stop();
      wishes.close();
      cancelAnimationFrame(drawing);
      removeEventListener('resize', fit);
      scheme.removeEventListener('change', recolour);
      for (const { chart } of charts) chart.close();
    },
  };
}
