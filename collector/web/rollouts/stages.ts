/** The stages of a rollout: how far each is, what its gates see, and why it waits. */
import { ago, clock, percent } from '../../core/present.ts';
import type { StageState } from '../../core/rollouts/stage-table.ts';
import { type Child, h } from '../dom.ts';
import { badge } from '../parts.ts';
import { type PlainColumn, plainTable } from '../table.ts';
import { approveButton } from './actions.ts';
import { countsBar, countsText } from './counts.ts';
import type { PageMeasure, PageRolloutView, PageStage } from './requests.ts';

const STATES: Readonly<Record<StageState, readonly [string, Parameters<typeof badge>[1]]>> = {
  waiting: ['waits', 'plain'],
  open: ['open', 'busy'],
  soaking: ['soaking', 'busy'],
  asking: ['asks for approval', 'warn'],
  passed: ['passed', 'good'],
  stopped: ['stopped', 'bad'],
};

export function stages(rollout: PageRolloutView, changed: () => void): HTMLElement {
  const items = rollout.stages.map((one) => {
    const asks = one.state === 'asking' ? approveButton(rollout.id, one.name, changed) : undefined;
    return h('li', { class: 'stage', 'data-stage': one.name }, ...stage(one, asks));
  });
  return h('ol', { class: 'stages' }, ...items);
}

function stage(one: PageStage, asks: HTMLElement | undefined): Child[] {
  const [word, tone] = STATES[one.state] ?? [one.state, 'plain'];
  const since = one.at > 0 ? ` since ${clock(one.at)}` : '';
  return [
    h(
      'div',
      { class: 'stage-head' },
      h('h3', {}, one.name),
      h('span', { title: since.trim() }, badge(word, tone)),
      h('span', { class: 'quiet' }, afterText(one)),
      asks === undefined ? undefined : h('div', { class: 'actions' }, asks),
    ),
    countsBar(one.counts),
    h('p', { class: 'quiet', 'aria-hidden': 'true' }, countsText(one.counts)),
    one.why === '' ? undefined : h('p', { class: 'why' }, one.why),
    one.measures.length === 0
      ? undefined
      : plainTable(`What the gates of ${one.name} measure`, MEASURES, one.measures),
  ];
}

function afterText({ state, after }: PageStage): string {
  return state === 'waiting' && after.length > 0 ? `for ${after.join(', ')}` : '';
}

const MEASURES: readonly PlainColumn<PageMeasure>[] = [
  { title: 'Gate', wraps: true, show: ({ expr }) => [h('code', {}, expr)] },
  {
    title: 'Devices it names',
    show: ({ bad, of, problem }) =>
      problem === '' ? [`${bad} of ${of}${shareText(bad, of)}`] : [badge('no answer', 'warn')],
  },
  { title: 'Asked', show: ({ at }) => [ago(at, Date.now())] },
  { title: 'Problem', wraps: true, show: ({ problem }) => [problem || '–'] },
];

function shareText(bad: number, of: number): string {
  return of === 0 ? '' : ` (${percent((100 * bad) / of)})`;
}

/** What the comparison with devices that wait has found so far. */
export function evidence({ evidence: found }: PageRolloutView): HTMLElement | undefined {
  const { updated, updatedBad, waiting, waitingBad, verdict } = found;
  if (updated === 0) return undefined;
  const text =
    `Went bad: ${updatedBad} of ${updated} updated devices, ` +
    `${waitingBad} of ${waiting} that were compared and wait. The comparison says: ${verdict}.`;
  return h('p', { class: 'quiet' }, text);
}
