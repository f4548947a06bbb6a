/**
 * An instant query again with `@` on every selector: it must give the same at any time. Prometheus'
 * runner does so too, since `@` is where an engine that reuses what does not change goes wrong.
 */
import type { Expr } from '../../collector/promql/ast.ts';
import { children } from '../../collector/promql/ast-walk.ts';

export interface Variant {
  readonly expression: string;
  readonly at: number;
}

/** They tell the time of the evaluation itself. */
const TELLS_TIME: ReadonlySet<string> = new Set([
  'day_of_month',
  'day_of_week',
  'day_of_year',
  'days_in_month',
  'end',
  'hour',
  'minute',
  'month',
  'predict_linear',
  'range',
  'start',
  'step',
  'time',
  'timestamp',
  'year',
]);

const START_OR_END = /@\s*(?:start|end)\s*\(\s*\)/gi;

interface Edit {
  readonly start: number;
  readonly end: number;
}

export function atVariants(text: string, tree: Expr, at: number): readonly Variant[] {
  const edits: Edit[] = [];
  if (!gather(tree, text, edits)) return [];
  const expression = applied(text, edits, ` @ ${(at / 1000).toFixed(3)}`);
  const times = at === 0 ? [-1000, 0, 1000] : [-10 * at, 0, Math.trunc(at / 5), at, 10 * at];
  return times.map((time) => ({ expression, at: time }));
}

/** False when the expression tells the time. A subquery takes `@` itself; nothing inside needs it. */
function gather(expr: Expr, text: string, edits: Edit[]): boolean {
  if (expr.kind === 'call' && TELLS_TIME.has(expr.name)) return false;
  const selector = expr.kind === 'matrix' ? expr.selector : expr;
  if (selector.kind !== 'selector' && selector.kind !== 'subquery') {
    return children(expr).every((child) => gather(child, text, edits));
  }
  const inner = selector.kind === 'subquery' ? selector.expr.span.end : expr.span.start;
  if (selector.at === undefined) edits.push({ start: expr.span.end, end: expr.span.end });
  else if (typeof selector.at === 'string') edits.push(startOrEnd(text, inner));
  return true;
}

/** The first one behind `from`: at an instant both mean the instant. */
function startOrEnd(text: string, from: number): Edit {
  START_OR_END.lastIndex = from;
  const found = START_OR_END.exec(text);
  return { start: found?.index ?? from, end: START_OR_END.lastIndex };
}

function applied(text: string, edits: readonly Edit[], inserted: string): string {
  let result = text;
  for (const { start, end } of [...edits].sort((a, b) => b.start - a.start)) {
    result = result.slice(0, start) + inserted + result.slice(end);
  }
  return result;
}
