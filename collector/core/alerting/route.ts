/** The tree of routes: which of them an alert takes. Pure. */
import type { LabelSet } from '../label-set.ts';
import { compareMatchers, type LabelMatcher, matchersText, matchesAll } from './matcher.ts';

export interface RouteOptions {
  readonly receiver: string;
  /** Label names; `all` for every label (`...`). */
  readonly groupBy: readonly string[] | 'all';
  readonly groupWaitMs: number;
  readonly groupIntervalMs: number;
  readonly repeatIntervalMs: number;
  readonly muteTimeIntervals: readonly string[];
  readonly activeTimeIntervals: readonly string[];
}

export interface Route extends RouteOptions {
  /** Alertmanager's key, e.g. `{}/{severity="page"}`; routes beside each other may share it. */
  readonly key: string;
  /** Its place in the tree, e.g. `0/2`: no two routes share it. */
  readonly id: string;
  readonly matchers: readonly LabelMatcher[];
  readonly continue: boolean;
  readonly routes: readonly Route[];
}

/** A route as it is written: what is absent comes from the route around it. */
export interface RouteDraft {
  readonly receiver?: string;
  readonly groupBy?: readonly string[] | 'all';
  readonly groupWaitMs?: number;
  readonly groupIntervalMs?: number;
  readonly repeatIntervalMs?: number;
  readonly muteTimeIntervals: readonly string[];
  readonly activeTimeIntervals: readonly string[];
  readonly matchers: readonly LabelMatcher[];
  readonly continue: boolean;
  readonly routes: readonly RouteDraft[];
}

const DEFAULTS: RouteOptions = {
  receiver: '',
  groupBy: [],
  groupWaitMs: 30_000,
  groupIntervalMs: 300_000,
  repeatIntervalMs: 14_400_000,
  muteTimeIntervals: [],
  activeTimeIntervals: [],
};

export function buildRoute(
  draft: RouteDraft,
  parent: RouteOptions & { key?: string } = DEFAULTS,
  id = '0',
): Route {
  const matchers = [...draft.matchers].sort(compareMatchers);
  const own = matchersText(matchers);
  const key = parent.key === undefined ? own : `${parent.key}/${own}`;
  const options = {
    receiver: draft.receiver ?? parent.receiver,
    groupBy: draft.groupBy ?? parent.groupBy,
    groupWaitMs: draft.groupWaitMs ?? parent.groupWaitMs,
    groupIntervalMs: draft.groupIntervalMs ?? parent.groupIntervalMs,
    repeatIntervalMs: draft.repeatIntervalMs ?? parent.repeatIntervalMs,
    // These two hold for the route that names them alone.
    muteTimeIntervals: draft.muteTimeIntervals,
    activeTimeIntervals: draft.activeTimeIntervals,
    key,
  };
  const routes = draft.routes.map((child, i) => buildRoute(child, options, `${id}/${i}`));
  return { ...options, id, matchers, continue: draft.continue, routes };
}

/** The deepest routes that match; none when the route itself does not. */
export function matchRoutes(route: Route, labels: LabelSet): readonly Route[] {
  if (!matchesAll(route.matchers, labels)) return [];
  const found: Route[] = [];
  for (const child of route.routes) {
    const matched = matchRoutes(child, labels);
    found.push(...matched);
    if (matched.length > 0 && !child.continue) break;
  }
  return found.length === 0 ? [route] : found;
}

/** The labels that a group of this route shares. */
export function groupLabels(route: Route, labels: LabelSet): LabelSet {
  const { groupBy } = route;
  return groupBy === 'all' ? labels : labels.filter((name) => groupBy.includes(name));
}

/** Alertmanager's group key: `{}/{severity="page"}:{alertname="DiskFull"}`. */
export function groupKey(route: Route, group: LabelSet): string {
  return `${route.key}:${labelsText(group)}`;
}

/** `{a="1", b="2"}`, as Go prints a label set. */
export function labelsText(labels: LabelSet): string {
  return `{${[...labels.entries()].map(([name, value]) => `${name}=${goQuote(value)}`).join(', ')}}`;
}

const SHORT: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
};

const PLAIN = /^[ !#-[\]-~]*$/;

/** Go's `%q`. */
export function goQuote(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  const inside = text.replaceAll(/["\\]|[^\P{C}]|[^\P{Z} ]/gu, (char) => {
    const short = SHORT[char];
    if (short !== undefined) return short;
    const code = char.codePointAt(0) ?? 0;
    if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
    const hex = code.toString(16);
    return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
  });
  return `"${inside}"`;
}
