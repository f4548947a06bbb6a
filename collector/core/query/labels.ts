/** Whether matchers match a set of labels. An absent label is an empty one. */
import { StoreError } from '../store/errors.ts';
import { type CompiledMatcher, compileMatcher } from '../store/matcher.ts';
import type { Labels } from '../store/model.ts';
import { type Matcher, QueryError } from './types.ts';

export type Predicate = (labels: Labels) => boolean;

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
