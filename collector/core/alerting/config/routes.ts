/** The tree of routes as it is written. */
import { nearest } from '../../../../protocol/config/nearest.ts';
import type { RouteDraft } from '../route.ts';
import { readMatchers } from './matchers.ts';
import type { Section } from './section.ts';

const ALL = '...';

interface Names {
  readonly receivers: readonly string[];
  readonly intervals: readonly string[];
}

/** All that a route may name must be among `names`. */
export function readRootRoute(section: Section, names: Names): RouteDraft {
  const root = readRoute(section, names);
  if (root.receiver === undefined) {
    section.refuse('missing', ['receiver'], 'the root route must specify a default receiver');
  }
  const barred = [
    ['matchers', root.matchers.length > 0],
    ['mute_time_intervals', root.muteTimeIntervals.length > 0],
    ['active_time_intervals', root.activeTimeIntervals.length > 0],
    ['continue', root.continue],
  ] as const;
  for (const [key, there] of barred) {
    if (!there) continue;
    const hint = 'every alert takes the root route; put this on a route below it';
    section.refuse('conflict', [key], `the root route must not have ${key}`, hint);
  }
  return root;
}

function readRoute(section: Section, names: Names): RouteDraft {
  const receiver = section.text('receiver');
  if (receiver !== undefined && receiver !== '') {
    expectName(section, ['receiver'], receiver, names.receivers, 'receiver');
  }
  const groupBy = readGroupBy(section);
  const groupWaitMs = section.duration('group_wait');
  const groupIntervalMs = positive(section, 'group_interval');
  const repeatIntervalMs = positive(section, 'repeat_interval');
  const draft: RouteDraft = {
    ...(receiver !== undefined && receiver !== '' && { receiver }),
    ...(groupBy !== undefined && { groupBy }),
    ...(groupWaitMs !== undefined && { groupWaitMs }),
    ...(groupIntervalMs !== undefined && { groupIntervalMs }),
    ...(repeatIntervalMs !== undefined && { repeatIntervalMs }),
    muteTimeIntervals: readIntervals(section, 'mute_time_intervals', names),
    activeTimeIntervals: readIntervals(section, 'active_time_intervals', names),
    matchers: readMatchers(section),
    continue: section.flag('continue') ?? false,
    routes: section.sections('routes').map((child) => readRoute(child, names)),
  };
  section.end();
  return draft;
}

function readGroupBy(section: Section): readonly string[] | 'all' | undefined {
  const labels = section.texts('group_by');
  if (labels === undefined) return undefined;
  labels.forEach((label, i) => {
    const place = ['group_by', String(i)];
    if (label === '') section.refuse('malformed', place, 'a label name cannot be empty');
    if (labels.indexOf(label) < i) {
      section.refuse('conflict', place, `duplicated label ${JSON.stringify(label)} in group_by`);
    }
  });
  if (!labels.includes(ALL)) return labels;
  if (labels.length > 1) {
    const message = "cannot have wildcard group_by ('...') and other labels at the same time";
    section.refuse('conflict', ['group_by'], message);
  }
  return 'all';
}

function positive(section: Section, key: string): number | undefined {
  const ms = section.duration(key);
  if (ms === 0) section.refuse('out-of-range', [key], `${key} cannot be zero`);
  return ms;
}

function readIntervals(section: Section, key: string, { intervals }: Names): readonly string[] {
  const used = section.texts(key) ?? [];
  used.forEach((name, i) => {
    expectName(section, [key, String(i)], name, intervals, 'time interval');
  });
  return used;
}

function expectName(
  section: Section,
  keys: readonly string[],
  name: string,
  known: readonly string[],
  what: string,
): void {
  if (known.includes(name)) return;
  const near = nearest(name, known);
  const hint =
    near === undefined ? `known: ${known.join(', ') || 'none'}` : `did you mean ${near}?`;
  section.refuse('not-allowed', keys, `undefined ${what} ${JSON.stringify(name)}`, hint);
}
