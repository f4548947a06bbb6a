/** PromQL's text to its tree, checked for types; every refusal is a `ParseError` with its place. */

import type { Matcher } from '../../core/store/model.ts';
import type { Expr } from '../ast.ts';
import { check } from './check.ts';
import { readExpression } from './expression.ts';
import { Reader } from './reader.ts';
import { readSelector } from './selector.ts';

export interface ParseOptions {
  /** What Prometheus has behind feature flags; on unless switched off. */
  readonly experimental?: boolean;
}

export function parseExpr(text: string, { experimental = true }: ParseOptions = {}): Expr {
  const reader = new Reader(text, experimental);
  if (reader.atEnd) reader.fail({ start: 0, end: 0 }, 'no expression found in input');
  const { expr } = readExpression(reader);
  if (!reader.atEnd) reader.unexpected();
  check(expr, text, (span, reason) => reader.fail(span, reason));
  return expr;
}

/** A series selector without range or modifiers. Whether it selects everything is the caller's matter. */
export function parseMetricSelector(text: string): readonly Matcher[] {
  const reader = new Reader(text, true);
  const { matchers } = readSelector(reader);
  if (!reader.atEnd) reader.unexpected();
  return matchers;
}
