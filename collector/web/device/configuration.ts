/** The configuration of a device: what is wanted, of which layers, and what the device says to it. */
import { clock } from '../../core/present.ts';
import type { ReportedView } from '../../core/views.ts';
import { type Child, h } from '../dom.ts';
import { badge, factList } from '../parts.ts';
import { type PlainColumn, plainTable } from '../table.ts';
import type { PageDesired } from './requests.ts';

const TONES = {
  unasked: 'plain',
  pending: 'busy',
  trying: 'busy',
  applied: 'good',
  refused: 'bad',
  'rolled-back': 'bad',
} as const;

const SAYS: Readonly<Record<PageDesired['state'], string>> = {
  unasked: 'Nothing is wanted of it: it runs its own file.',
  pending: 'It has not seen the newest version yet.',
  trying: 'It runs the newest version and watches its health.',
  applied: 'It runs what is wanted.',
  refused: 'It has refused the newest version.',
  'rolled-back': 'It has tried the newest version and taken it back.',
};

export function configuration(desired: PageDesired, reported: ReportedView): Child[] {
  const { state, version, issuedAt, problem, layers, config } = desired;
  const wanted = version === 0 ? 'nothing' : `version ${version}, of ${clock(issuedAt)}`;
  return [
    h('p', { class: 'headline' }, badge(state, TONES[state] ?? 'plain'), ` ${SAYS[state] ?? ''}`),
    problem === '' ? undefined : h('p', { class: 'failure' }, `It cannot be sent: ${problem}`),
    factList({
      Wanted: wanted,
      'In force': reported.version === 0 ? 'its own file alone' : `version ${reported.version}`,
      'Last looked at':
        reported.seen === 0 ? 'nothing' : `version ${reported.seen}: ${reported.outcome}`,
      'After a restart': reported.restartNeeded.join(', '),
      Digest: reported.config,
    }),
    ...(reported.problems.length === 0
      ? []
      : titled('What the device says to it', PROBLEMS, reported.problems)),
    ...(layers.length === 0
      ? []
      : titled('Layers, in the order in which they lie over each other', LAYERS, layers)),
    Object.keys(config).length === 0
      ? undefined
      : h(
          'details',
          {},
          h('summary', {}, 'What the layers come to'),
          h('pre', { class: 'output', tabindex: 0 }, JSON.stringify(config, undefined, 2)),
        ),
  ];
}

function titled<T>(
  title: string,
  columns: readonly PlainColumn<T>[],
  rows: readonly T[],
): HTMLElement[] {
  return [h('h3', {}, title), plainTable(title, columns, rows)];
}

const PROBLEMS: readonly PlainColumn<ReportedView['problems'][number]>[] = [
  { title: 'Path', wraps: true, show: ({ path }) => [h('code', {}, path)] },
  { title: 'Problem', wraps: true, show: ({ message }) => [message] },
];

const LAYERS: readonly PlainColumn<PageDesired['layers'][number]>[] = [
  {
    title: 'Layer',
    show: ({ id }) => [h('a', { href: `#/layer/${encodeURIComponent(id)}`, 'data-key': id }, id)],
  },
  { title: 'Version', numeric: true, show: ({ version }) => [String(version)] },
  {
    title: 'Gives',
    show: ({ variant }) => [variant === 'new' ? 'its new content' : 'what all had before (share)'],
  },
];
