/** Whether an expression and a template can be read: the two languages inside a rule. */
import type { Expr } from '../../promql/ast.ts';
import { ParseError } from '../../promql/parse/errors.ts';
import { parseExpr } from '../../promql/parse/index.ts';
import { formatExpr } from '../../promql/print.ts';
import { templateProblem } from '../evaluation/template.ts';

export interface ReadExpression {
  readonly expr: Expr;
  /** On one line, as Prometheus prints it. */
  readonly query: string;
}

export type CheckedExpression =
  | ({ readonly ok: true } & ReadExpression)
  | {
      readonly ok: false;
      readonly message: string;
      /** Characters from the beginning of the expression. */
      readonly offset: number;
    };

export function checkExpression(text: string): CheckedExpression {
  try {
    const expr = parseExpr(text);
    return { ok: true, expr, query: formatExpr(expr) };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return { ok: false, message: error.message, offset: error.span.start };
  }
}

/** What is wrong with the text of a label or annotation, as Go's text/template words it. */
export function checkTemplate(text: string): string | undefined {
  return text.includes('{{') ? templateProblem(text) : undefined;
}
