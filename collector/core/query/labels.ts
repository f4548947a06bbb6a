/** Label sets: their order, and whether matchers match them. An absent label is an empty one. */
import { StoreError } from '../store/errors.ts';
import { type CompiledMatcher, compileMatcher } from '../store/matcher.ts';
import { compareText } from '../text.ts';
import { type LabelMap, type Matcher, QueryError } from './types.ts';

export type Predicate = (labels: LabelMap) => boolean;

/** One test for all matchers, or `QueryError` for a regular expression that cannot be read. */
export function compileMatchers(matchers: readonly Matcher[]): Predicate {
  const compiled = matchers.map(compile);
  return (labels) => compiled.every((matcher) => matcher.test(labels.get(matcher.name) ?? ''));
}

/** Whether the matcher alone would match a series that lacks the label. */
export function matchesEmpty(matcher: Matcher): boolean {
  return compile(matcher).matchesEmpty;
}

function compile(matcher: Matcher): CompiledMatcher {
  try {
    return compileMatcher(matcher);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const reason = error.cause instanceof Error ? error.cause.message : error.message;
    throw new QueryError('bad_data', `label ${matcher.name}: ${reason}`);
  }
}

export function sortedPairs(labels: LabelMap): readonly (readonly [string, string])[] {
  return [...labels].sort(([a], [b]) => compareText(a, b));
}

/** Orders series as Prometheus does: by the first label that differs. */
export function sortByLabels<T extends { readonly labels: LabelMap }>(series: readonly T[]): T[] {
  const keyed = series.map((one) => ({ one, pairs: sortedPairs(one.labels) }));
  return keyed.sort((a, b) => comparePairs(a.pairs, b.pairs)).map(({ one }) => one);
}

type Pairs = readonly (readonly [string, string])[];

function comparePairs(a: Pairs, b: Pairs): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const [nameA, valueA] = a[i] as readonly [string, string];
    const [nameB, valueB] = b[i] as readonly [string, string];
    const order = compareText(nameA, nameB) || compareText(valueA, valueB);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}
