/** What a case needs: plain numbers, something behind a feature flag, or native histograms. */
import type { Expr } from '../../collector/promql/ast.ts';
import { walk } from '../../collector/promql/ast-walk.ts';
import type { MemorySource } from '../../collector/promql/memory-source.ts';
import { parseExpr } from '../../collector/promql/parse/index.ts';
import type { SourceSeries } from '../../collector/promql/source.ts';
import type { EvalCommand, ExpectedResult } from './script.ts';

export const CASE_CLASSES = ['float', 'experimental', 'histogram'] as const;
export type CaseClass = (typeof CASE_CLASSES)[number];

const ALWAYS = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

/** `tree` is undefined when the expression cannot be read. */
export async function classOf(
  { expression, expectation }: EvalCommand,
  tree: Expr | undefined,
  source: MemorySource,
): Promise<CaseClass> {
  if (expectsHistogram(expectation.result)) return 'histogram';
  if (tree === undefined) return 'float';
  const selected = await selectedBy(tree, source);
  if (selected.some(({ histograms }) => histograms !== undefined)) return 'histogram';
  const started = selected.some(({ starts }) => starts !== undefined);
  return started || isExperimental(expression) ? 'experimental' : 'float';
}

function expectsHistogram(result: ExpectedResult): boolean {
  if (result.type !== 'vector' && result.type !== 'matrix') return false;
  return result.series.some(({ values }) => values.some((value) => typeof value === 'object'));
}

async function selectedBy(tree: Expr, source: MemorySource): Promise<readonly SourceSeries[]> {
  const selectors: Extract<Expr, { kind: 'selector' }>[] = [];
  walk(tree, (expr) => {
    if (expr.kind === 'selector') selectors.push(expr);
  });
  const found = selectors.map(({ matchers }) => source.select(matchers, ALWAYS));
  return (await Promise.all(found)).flat();
}

function isExperimental(expression: string): boolean {
  try {
    parseExpr(expression, { experimental: false });
    return false;
  } catch {
    return true;
  }
}
