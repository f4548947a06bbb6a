/** What is known of a device besides its samples: health, runs, facts, labels, problems, gaps. */

import { ago, clock, plural, span } from '../../core/present.ts';
import type { DeviceView, GapView, ReportView } from '../../core/views.ts';
import { h } from '../dom.ts';
import { stateOf } from '../fleet/rows.ts';
import { type PlainColumn, plainTable } from '../table.ts';
import { checks, healthMark } from './health.ts';
import { runs } from './runs.ts';

const MAX_GAPS = 100;

export function details(device: DeviceView, reports: readonly ReportView[], now: number): Node[] {
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
    section('Checks', checks(device.health, now)),
    section('Last runs', runs(reports, now)),
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
  const { health } = device;
  return [
    h('span', { class: 'state', 'data-state': state.toLowerCase() }, state),
    ...(health === undefined ? [] : [healthMark(health)]),
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
  const columns: readonly PlainColumn<GapView>[] = [
    {
      title: 'From',
      show: ({ from }) => [clock(from), h('span', { class: 'quiet' }, ` ${ago(from, now)}`)],
    },
    { title: 'Length', show: ({ from, to }) => [span(to - from)] },
    { title: 'Cause', show: ({ cause }) => [cause] },
    {
      title: 'Lost',
      numeric: true,
      show: ({ samples }) => [samples === undefined ? 'not known' : plural(samples, 'sample')],
    },
  ];
  return plainTable('Gaps, newest first', columns, found.slice(-MAX_GAPS).reverse());
}
