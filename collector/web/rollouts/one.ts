/** One rollout: its stages and gates, why devices are not updated, what happened, and what can be done. */
import { ago, clock } from '../../core/present.ts';
import { type Child, h, setText, type View } from '../dom.ts';
import { factList, section } from '../parts.ts';
import { refreshing } from '../refreshing.ts';
import { Slot } from '../slot.ts';
import { type PlainColumn, plainTable } from '../table.ts';
import { actions } from './actions.ts';
import { countsWithText, rateText, stateBadge } from './counts.ts';
import { RolloutDevices } from './devices.ts';
import { reasonsTable } from './reasons.ts';
import { fetchRollout, listenToRollouts, type PageRolloutView, reportAddress } from './requests.ts';
import { evidence, stages } from './stages.ts';
import { packagesText } from './view.ts';

const POLL_MS = 10_000;

export function rolloutView(root: HTMLElement, id: string): View {
  const title = h('h1', { tabindex: -1 }, id);
  const head = new Slot(h('div', {}));
  const middle = new Slot(h('div', { class: 'details' }));
  const log = new Slot(h('div', {}));
  const devices = new RolloutDevices(id, () => live.now());
  const rest = h(
    'div',
    { class: 'details', hidden: true },
    section('Devices', devices.element),
    section('What happened', log.element),
  );

  const live = refreshing(
    POLL_MS,
    async () => {
      const [rollout] = await Promise.all([fetchRollout(id), devices.load()]);
      draw(rollout);
    },
    'No rollout has this id; those that ended long ago are forgotten.',
  );

  function draw(rollout: PageRolloutView): void {
    setText(title, rollout.name);
    const minute = Math.floor(Date.now() / 60_000);
    head.show([rollout, minute], () => headOf(rollout, live.now));
    middle.show([rollout.stages, rollout.reasons, rollout.evidence, rollout.state, minute], () => [
      section('Stages', stages(rollout, live.now), evidence(rollout)),
      section(
        'Not updated',
        reasonsTable(rollout.reasons, (reason) => devices.choose(reason)),
      ),
    ]);
    log.show(rollout.log, () => [plainTable('Newest first', LOG, rollout.log.toReversed())]);
    rest.hidden = false;
  }

  root.append(
    h('p', { class: 'back' }, h('a', { href: '#/rollouts' }, '← Rollouts')),
    title,
    live.failure,
    head.element,
    middle.element,
    rest,
  );
  const stopListening = listenToRollouts(live.now, id);
  return {
    close() {
      live.close();
      stopListening();
    },
  };
}

function headOf(rollout: PageRolloutView, changed: () => void): Child[] {
  const { id, state, why, by, comment, createdAt, endedAt, counts, successRate } = rollout;
  const report = (format: 'html' | 'json', text: string): HTMLElement =>
    h('a', { href: reportAddress(id, format), target: '_blank', rel: 'noopener' }, text);
  return [
    h('p', { class: 'headline' }, stateBadge(state), why === '' ? '' : ` ${why}`),
    actions(rollout, changed),
    countsWithText(counts),
    factList({
      Packages: packagesText(rollout.packages),
      Before: packagesText(rollout.before),
      Target: rollout.target,
      Priority: String(rollout.priority),
      Started: `${clock(createdAt)} by ${by}${comment === '' ? '' : `: ${comment}`}`,
      Ended: endedAt === 0 ? 'not yet' : `${clock(endedAt)}, ${ago(endedAt, Date.now())}`,
      Success: rateText(successRate),
      Report: h('span', {}, report('html', 'page'), ' · ', report('json', 'JSON')),
    }),
  ];
}

const LOG: readonly PlainColumn<PageRolloutView['log'][number]>[] = [
  { title: 'Time', show: ({ at }) => [clock(at)] },
  { title: 'By', show: ({ by }) => [by || 'the collector'] },
  { title: 'What', wraps: true, show: ({ text }) => [text] },
];
