/** Queries that mean something else in Debian's Prometheus 2.42 than in Prometheus 3. */
import { walk } from '../../../../collector/promql/ast-walk.ts';
import { parseExpr } from '../../../../collector/promql/parse/index.ts';

const DIFFERENT: readonly (readonly [RegExp, string])[] = [
  [
    /^(hour|minute|month|year|day_of_\w+|days_in_month)\(odd\)$/,
    'the date of NaN or Inf: Go leaves the conversion to the processor, we answer NaN',
  ],
  [/ atan2 /, '2.42 forgets to drop the metric name after atan2'],
  [/"1bad"/, 'names of labels may be any UTF-8 text in Prometheus 3'],
];

/** The reason, when answers to `expression` may differ. */
export function differentReason(expression: string): string | undefined {
  const listed = DIFFERENT.find(([pattern]) => pattern.test(expression))?.[1];
  if (listed !== undefined) return listed;
  return hasNestedSubquery(expression)
    ? 'a subquery in a subquery has steps on its left end, which is open in Prometheus 3'
    : undefined;
}

function hasNestedSubquery(expression: string): boolean {
  let nested = false;
  try {
    walk(parseExpr(expression), ({ kind }, path) => {
      if (kind === 'subquery') nested ||= path.some((outer) => outer.kind === 'subquery');
    });
  } catch {
    return false;
  }
  return nested;
}
