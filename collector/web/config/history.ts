/** The versions of a layer or a flag: who changed what, when and why. */
import { clock } from '../../core/present.ts';
import { type Child, h } from '../dom.ts';
import { type PlainColumn, plainTable } from '../table.ts';
import { shortJson } from './json-field.ts';
import type { Difference } from './requests.ts';

interface Version {
  readonly version: number;
  readonly at: number;
  readonly by: string;
  readonly comment: string;
  readonly deleted?: boolean;
}

/** `what`: in a few words; `actions`: what can be done with it. */
export function historyTable<T extends Version>(
  versions: readonly T[],
  what: (version: T) => string,
  actions?: (version: T, before: T | undefined) => Child,
): HTMLElement {
  const columns: PlainColumn<T>[] = [
    { title: 'Version', numeric: true, show: ({ version }) => [String(version)] },
    { title: 'Time', show: ({ at }) => [clock(at)] },
    { title: 'By', show: ({ by }) => [by] },
    { title: 'What', wraps: true, show: (one) => [one.deleted === true ? 'deleted' : what(one)] },
    { title: 'Why', wraps: true, show: ({ comment }) => [comment || '–'] },
  ];
  if (actions !== undefined) {
    const show = (one: T) => [actions(one, versions[versions.indexOf(one) + 1])];
    columns.push({ title: 'Do', show });
  }
  return plainTable('Versions, newest first', columns, versions);
}

export function differenceTable(found: readonly Difference[]): HTMLElement {
  if (found.length === 0) return h('p', { class: 'note' }, 'They do not differ.');
  return plainTable('Differences, by path', DIFFERENCES, found);
}

const DIFFERENCES: readonly PlainColumn<Difference>[] = [
  { title: 'Path', wraps: true, show: ({ path }) => [h('code', {}, path)] },
  { title: 'Change', show: ({ change }) => [change] },
  { title: 'Before', wraps: true, show: ({ before }) => [h('code', {}, shortJson(before))] },
  { title: 'After', wraps: true, show: ({ after }) => [h('code', {}, shortJson(after))] },
];
