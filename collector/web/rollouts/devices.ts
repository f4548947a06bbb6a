/** The devices of a rollout: chosen by state or reason, a page at a time. */
import { ago } from '../../core/present.ts';
import { REASON_NAMES, REASONS } from '../../core/rollouts/reasons.ts';
import { h } from '../dom.ts';
import { button, deviceLink, note } from '../parts.ts';
import { Slot } from '../slot.ts';
import { type PlainColumn, plainTable } from '../table.ts';
import { STATES_IN_ORDER } from './counts.ts';
import { fetchRolloutDevices, type RolloutDevice } from './requests.ts';

const PAGE = 50;

export class RolloutDevices {
  readonly element: HTMLElement;
  private readonly id: string;
  private readonly changed: () => void;
  private readonly state = select('device-state', 'State', STATES_IN_ORDER);
  private readonly reason = select('device-reason', 'Reason', REASON_NAMES);
  private readonly list = new Slot(h('div', {}));
  /** The last ids of the pages before this one. */
  private readonly pages: string[] = [];

  /** `changed`: something else is to be shown, so `load` is to be called. */
  constructor(id: string, changed: () => void) {
    this.id = id;
    this.changed = changed;
    for (const { input } of [this.state, this.reason]) {
      input.addEventListener('change', () => this.restart());
    }
    const fields = [this.state, this.reason].flatMap(({ label, input }) => [label, input]);
    this.element = h(
      'div',
      {},
      h('div', { class: 'bar filters', role: 'group', 'aria-label': 'Which devices' }, ...fields),
      this.list.element,
    );
  }

  /** Shows those that one reason keeps back. */
  choose(reason: string): void {
    this.state.input.value = '';
    this.reason.input.value = reason;
    this.restart();
    this.reason.input.focus();
  }

  async load(): Promise<void> {
    const filter = {
      state: this.state.input.value,
      reason: this.reason.input.value,
      after: this.pages.at(-1) ?? '',
    };
    // One more tells whether there is a next page.
    const found = await fetchRolloutDevices(this.id, filter, PAGE + 1);
    const shown = found.slice(0, PAGE);
    const minute = Math.floor(Date.now() / 60_000);
    this.list.show([found, this.pages.length, minute], () => [
      shown.length === 0
        ? note('No device is one of these.')
        : plainTable('Devices of the rollout, in order of id', COLUMNS, shown),
      this.turning(found.length > PAGE, shown.at(-1)?.device ?? ''),
    ]);
  }

  private restart(): void {
    this.pages.length = 0;
    this.changed();
  }

  private turning(more: boolean, last: string): HTMLElement | undefined {
    if (!more && this.pages.length === 0) return undefined;
    const turn = (move: () => void) => () => {
      move();
      this.changed();
    };
    const back = button(
      '← Page before',
      'page-before',
      turn(() => this.pages.pop()),
    );
    const next = button(
      'Next page →',
      'page-next',
      turn(() => this.pages.push(last)),
    );
    back.disabled = this.pages.length === 0;
    next.disabled = !more;
    return h('div', { class: 'actions paging' }, back, next);
  }
}

function select(id: string, text: string, options: readonly string[]) {
  const input = h(
    'select',
    { id, class: 'field' },
    h('option', { value: '' }, 'all'),
    ...options.map((one) => h('option', { value: one }, one)),
  );
  return { label: h('label', { for: id }, text), input };
}

const COLUMNS: readonly PlainColumn<RolloutDevice>[] = [
  { title: 'Device', show: ({ device }) => [deviceLink(device)] },
  { title: 'Site', show: ({ site }) => [site || '–'] },
  { title: 'Stage', show: ({ stage }) => [stage || '–'] },
  { title: 'State', show: ({ state }) => [state] },
  {
    title: 'Reason',
    show: ({ reason }) => [
      reason === undefined ? '–' : h('span', { title: REASONS[reason] ?? '' }, reason),
    ],
  },
  { title: 'Attempts', numeric: true, show: ({ attempt }) => [String(attempt)] },
  { title: 'Since', show: ({ at }) => [at === 0 ? '–' : ago(at, Date.now())] },
  { title: 'In its words', wraps: true, show: ({ text }) => [text || '–'] },
];
