/** PromQL's words and signs. Words are read in any case, and most may also name a metric or a label. */
import type { AggregateOp, BinaryOp } from '../ast.ts';

export const AGGREGATORS: ReadonlySet<string> = new Set<AggregateOp>([
  'sum',
  'avg',
  'count',
  'min',
  'max',
  'group',
  'stddev',
  'stdvar',
  'topk',
  'bottomk',
  'count_values',
  'quantile',
  'limitk',
  'limit_ratio',
]);

/** Those that take a parameter before the vector. */
export const WITH_PARAMETER: ReadonlySet<string> = new Set<AggregateOp>([
  'topk',
  'bottomk',
  'count_values',
  'quantile',
  'limitk',
  'limit_ratio',
]);

export const EXPERIMENTAL_AGGREGATORS: ReadonlySet<string> = new Set<AggregateOp>([
  'limitk',
  'limit_ratio',
]);

export const KEYWORDS: ReadonlySet<string> = new Set([
  'offset',
  'anchored',
  'smoothed',
  'by',
  'without',
  'on',
  'ignoring',
  'group_left',
  'group_right',
  'fill',
  'fill_left',
  'fill_right',
  'bool',
]);

/** Words only where something follows them, else names like any other. */
export const ONLY_BEFORE_PAREN: ReadonlySet<string> = new Set(['fill', 'fill_left', 'fill_right']);

/** They stand for the query's own times. */
export const PREPROCESSORS: ReadonlySet<string> = new Set(['start', 'end', 'step', 'range']);

/** How tightly each binds; all bind to the left but `^`. */
export const PRECEDENCE: ReadonlyMap<string, number> = new Map<BinaryOp, number>([
  ['or', 1],
  ['and', 2],
  ['unless', 2],
  ['==', 3],
  ['!=', 3],
  ['<', 3],
  ['>', 3],
  ['<=', 3],
  ['>=', 3],
  ['</', 3],
  ['>/', 3],
  ['+', 4],
  ['-', 4],
  ['*', 5],
  ['/', 5],
  ['%', 5],
  ['atan2', 5],
  ['^', 6],
]);

/** A sign binds like a product: `-2 ^ 2` is `-(2 ^ 2)`. */
export const OPERAND_OF_SIGN = 6;

const OPERATOR_WORDS: ReadonlySet<string> = new Set(['and', 'or', 'unless', 'atan2']);
const OPERATOR_SIGNS: ReadonlySet<string> = new Set([...PRECEDENCE.keys(), '=~', '!~', '@']);

export const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '>', '<=', '>=']);
export const SET_OPERATORS: ReadonlySet<string> = new Set(['and', 'or', 'unless']);

export function isWord(lower: string): boolean {
  return (
    AGGREGATORS.has(lower) ||
    KEYWORDS.has(lower) ||
    PREPROCESSORS.has(lower) ||
    OPERATOR_WORDS.has(lower)
  );
}

export function isOperator(kind: string): boolean {
  return OPERATOR_SIGNS.has(kind);
}

const NEVER_METRICS: ReadonlySet<string> = new Set([
  'bool',
  'on',
  'ignoring',
  'group_left',
  'group_right',
  'atan2',
]);

/** Whether a token of this kind may stand where a metric's name is expected. */
export function mayNameMetric(kind: string): boolean {
  if (kind === 'identifier' || kind === 'metric identifier') return true;
  return isWord(kind) && !NEVER_METRICS.has(kind);
}

/** Whether a token of this kind may stand where a label's name is expected. */
export function mayNameLabel(kind: string): boolean {
  return kind === 'identifier' || kind === 'metric identifier' || isWord(kind);
}
