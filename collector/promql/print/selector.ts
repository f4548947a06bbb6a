/** Selectors, ranges and subqueries with what modifies them. */

import { type Matcher, METRIC } from '../../core/store/model.ts';
import { compareText } from '../../core/text.ts';
import type { AtModifier, DurationExpr, MatrixSelector, Subquery, VectorSelector } from '../ast.ts';
import { formatDuration } from '../parse/duration.ts';
import { labelName, quote } from '../quote.ts';
import { printDuration, printOffset } from './duration.ts';

interface Modified {
  readonly offsetMs: number;
  readonly offsetExpr?: DurationExpr;
  readonly at?: AtModifier;
}

export function printSelector(selector: VectorSelector): string {
  return `${bare(selector)}${at(selector)}${extension(selector)}${offset(selector)}`;
}

export function printMatrix({ selector, rangeMs, rangeExpr }: MatrixSelector): string {
  const range = length(rangeMs, rangeExpr);
  return `${bare(selector)}[${range}]${extension(selector)}${at(selector)}${offset(selector)}`;
}

/** What follows the expression of a subquery. */
export function subquerySuffix(subquery: Subquery): string {
  const range = length(subquery.rangeMs, subquery.rangeExpr);
  const { stepMs, stepExpr } = subquery;
  const step = stepMs === 0 && stepExpr === undefined ? '' : length(stepMs, stepExpr);
  return `[${range}:${step}]${at(subquery)}${offset(subquery)}`;
}

function bare({ name, matchers }: VectorSelector): string {
  const texts = matchers
    .filter((one) => !(name !== '' && isName(one, name)))
    .map(printMatcher)
    .sort(compareText);
  return texts.length === 0 ? name : `${name}{${texts.join(',')}}`;
}

function isName(matcher: Matcher, name: string): boolean {
  return matcher.name === METRIC && matcher.op === '=' && matcher.value === name;
}

function printMatcher({ name, op, value }: Matcher): string {
  return `${labelName(name)}${op}${quote(value)}`;
}

function length(ms: number, expr: DurationExpr | undefined): string {
  return expr === undefined ? formatDuration(ms) : printDuration(expr);
}

function at({ at: time }: Modified): string {
  if (time === undefined) return '';
  return typeof time === 'number' ? ` @ ${seconds(time)}` : ` @ ${time}()`;
}

/** Three decimals, exact where a division would not be. */
function seconds(ms: number): string {
  const digits = BigInt(Math.abs(ms)).toString().padStart(4, '0');
  return `${ms < 0 ? '-' : ''}${digits.slice(0, -3)}.${digits.slice(-3)}`;
}

function offset({ offsetMs, offsetExpr }: Modified): string {
  if (offsetExpr !== undefined) return ` offset ${printOffset(offsetExpr)}`;
  return offsetMs === 0 ? '' : ` offset ${formatDuration(offsetMs)}`;
}

function extension({ modifier }: VectorSelector): string {
  return modifier === undefined ? '' : ` ${modifier}`;
}
