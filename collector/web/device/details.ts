/** What is known of a device besides its samples: facts, labels, problems, gaps. */

import { ago, clock, plural, span } from '../../core/present.ts';
import type { DeviceView, GapView } from '../../core/views.ts';
import { h } from '../dom.ts';
import { stateOf } from '../fleet/rows.ts';

const MAX_GAPS = 100;

export function details(device: DeviceView, now: number): Node[] {
  const about = {
    'Agent version': device.agentVersion || '–',
    'First seen': clock(device.firstSeen),
    Heartbeat: `every ${device.heartbeatSeconds} s`,
    Boot: device.boot,
    Machine: device.machine,
    'Buffer epochs': String(device.epochs.length),
    Capabilities: device.capabilities.join(', ') || '–',
  };
  return [
    ...problems(device),
    h(
      'div',
      { class: 'columns' },
      section('About', list(about)),
      section('Facts', list(device.facts)),
      section('Labels', list(device.labels)),
    ),
    section('Gaps', gaps(device.gaps, now)),
  ];
}

export function headline(device: DeviceView, now: number): Node[] {
  const state = stateOf(device);
  return [
    h('span', { class: 'state', 'data-state': state.toLowerCase() }, state),
    `site ${device.site} · last seen ${ago(device.lastSeen, now)}`,
  ].map((part) => (typeof part === 'string' ? document.createTextNode(part) : part));
}

function problems({ problems: found }: DeviceView): Node[] {
  if (found.length === 0) return [];
  const items = found.map((problem) => h('li', {}, problem));
  return [
    h('div', { class: 'problems', role: 'note' }, h('h2', {}, 'Problems'), h('ul', {}, ...items)),
  ];
}

function section(title: string, content: Node): HTMLElement {
  return h('section', {}, h('h2', {}, title), content);
}

function list(entries: Readonly<Record<string, string>>): Node {
  const pairs = Object.entries(entries);
  if (pairs.length === 0) return h('p', { class: 'quiet' }, 'none');
  return h('dl', {}, ...pairs.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));
}

function gaps(found: readonly GapView[], now: number): Node {
  if (found.length === 0)
    return h('p', { class: 'quiet' }, 'No sample of this device is known to be missing.');
  const rows = found
    .slice(-MAX_GAPS)
    .reverse()
    .map(({ from, to, cause, samples }) =>
      h(
        'tr',
        {},
        h('td', {}, clock(from), h('span', { class: 'quiet' }, ` ${ago(from, now)}`)),
        h('td', {}, span(to - from)),
        h('td', {}, cause),
        h(
          'td',
          { class: 'number' },
          samples === undefined ? 'not known' : plural(samples, 'sample'),
        ),
      ),
    );
  const heads = ['From', 'Length', 'Cause', 'Lost'].map((title) =>
    h('th', { scope: 'col', class: title === 'Lost' ? 'number' : undefined }, title),
  );
  return h(
    'div',
    { class: 'scroll' },
    h(
      'table',
      {},
      h('caption', { class: 'hidden' }, 'Gaps, newest first'),
      h('thead', {}, h('tr', {}, ...heads)),
      h('tbody', {}, ...rows),
    ),
  );
}
