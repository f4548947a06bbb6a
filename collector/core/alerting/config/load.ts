/** Alertmanager's configuration file, from its text to what the stages take. Pure. */
import { CORE_SCHEMA, load, mergeTag, YAMLException } from 'js-yaml';
import type { Finding } from '../../../../protocol/config/problem.ts';
import { finding } from '../../../../protocol/config/problem.ts';
import type { InhibitRule } from '../inhibition.ts';
import type { NamedInterval } from '../interval.ts';
import { buildRoute, type Route } from '../route.ts';
import { readNamedInterval } from './intervals.ts';
import { readMatchers } from './matchers.ts';
import { type ReceiverDraft, readReceiverDrafts } from './receivers.ts';
import { readRootRoute } from './routes.ts';
import { Section } from './section.ts';

export interface AlertingConfig {
  /** As it was written. */
  readonly text: string;
  /** `global` as written: channels take from it, and check it. */
  readonly global: unknown;
  readonly route: Route;
  readonly inhibitRules: readonly InhibitRule[];
  readonly receivers: readonly ReceiverDraft[];
  readonly intervals: ReadonlyMap<string, NamedInterval>;
  /** Globs of template files, as written. */
  readonly templates: readonly string[];
}

export type Loaded =
  | { readonly ok: true; readonly config: AlertingConfig }
  | { readonly ok: false; readonly problems: readonly (Finding & { readonly line?: number })[] };

const SCHEMA = CORE_SCHEMA.withTags(mergeTag);
const MAX_ALIASES = 100;

/** Every problem is told, not the first alone. */
export function loadConfig(text: string): Loaded {
  let tree: unknown;
  try {
    tree = parseYaml(text);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const { mark } = error;
    const problem = finding('syntax', [], error.reason);
    return { ok: false, problems: [mark ? { ...problem, line: mark.line + 1 } : problem] };
  }
  const problems: Finding[] = [];
  const config = read(text, new Section(tree, [], problems));
  return config === undefined || problems.length > 0
    ? { ok: false, problems }
    : { ok: true, config };
}

export function parseYaml(text: string): unknown {
  return load(text, { schema: SCHEMA, maxAliases: MAX_ALIASES });
}

function read(text: string, root: Section): AlertingConfig | undefined {
  const global = root.raw('global');
  const receivers = readReceiverDrafts(root);
  const intervals = readIntervals(root);
  const inhibitRules = root.sections('inhibit_rules').map(readInhibitRule);
  const templates = root.texts('templates') ?? [];
  const names = { receivers: receivers.map(({ name }) => name), intervals: [...intervals.keys()] };
  const written = root.section('route');
  root.end();
  if (written === undefined) {
    root.refuse('missing', ['route'], 'no routes provided', 'add route: with a receiver');
    return undefined;
  }
  const route = buildRoute(readRootRoute(written, names));
  return { text, global, route, inhibitRules, receivers, intervals, templates };
}

function readIntervals(root: Section): ReadonlyMap<string, NamedInterval> {
  const found = ['mute_time_intervals', 'time_intervals'].flatMap((key) => {
    const intervals = root.sections(key).map(readNamedInterval);
    return intervals.map((interval, i) => ({ interval, keys: [key, String(i), 'name'] }));
  });
  const byName = new Map<string, NamedInterval>();
  for (const { interval, keys } of found) {
    const { name } = interval;
    if (byName.has(name)) {
      root.refuse('conflict', keys, `time interval ${JSON.stringify(name)} is not unique`);
    }
    byName.set(name, interval);
  }
  return byName;
}

function readInhibitRule(section: Section): InhibitRule {
  const rule = {
    source: readMatchers(section, 'source_'),
    target: readMatchers(section, 'target_'),
    equal: section.texts('equal') ?? [],
  };
  section.end();
  return rule;
}
