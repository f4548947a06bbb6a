/** The syntax tree of PromQL, as the parser makes it after its type check. */
import type { Matcher } from '../core/store/model.ts';

/** Offsets into the query's text in UTF-16 units, end excluded. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type ValueType = 'none' | 'scalar' | 'string' | 'vector' | 'matrix';

export type Expr =
  | NumberLiteral
  | StringLiteral
  | Paren
  | Unary
  | Binary
  | Aggregate
  | Call
  | VectorSelector
  | MatrixSelector
  | Subquery;

interface Node {
  readonly span: Span;
}

export interface NumberLiteral extends Node {
  readonly kind: 'number';
  readonly value: number;
  /** It was written as a duration, `5m`; the value is in seconds. */
  readonly duration: boolean;
}

export interface StringLiteral extends Node {
  readonly kind: 'string';
  readonly value: string;
}

export interface Paren extends Node {
  readonly kind: 'paren';
  readonly expr: Expr;
}

export interface Unary extends Node {
  readonly kind: 'unary';
  readonly op: '+' | '-';
  readonly expr: Expr;
}

export type ArithmeticOp = '+' | '-' | '*' | '/' | '%' | '^' | 'atan2';
export type ComparisonOp = '==' | '!=' | '<' | '>' | '<=' | '>=';
export type SetOp = 'and' | 'or' | 'unless';
/** Experimental: `</` and `>/` trim native histograms. */
export type TrimOp = '</' | '>/';
export type BinaryOp = ArithmeticOp | ComparisonOp | SetOp | TrimOp;

export type MatchCard = 'one-to-one' | 'many-to-one' | 'one-to-many' | 'many-to-many';

export interface VectorMatching {
  readonly card: MatchCard;
  /** `on` when true, else `ignoring` (also when neither was written). */
  readonly on: boolean;
  readonly labels: readonly string[];
  /** Labels of group_left or group_right. */
  readonly include: readonly string[];
  /** Experimental: fill, fill_left, fill_right. */
  readonly fillLeft?: number;
  readonly fillRight?: number;
}

export interface Binary extends Node {
  readonly kind: 'binary';
  readonly op: BinaryOp;
  readonly left: Expr;
  readonly right: Expr;
  readonly bool: boolean;
  /** Present when both sides are vectors. */
  readonly matching?: VectorMatching;
}

export type AggregateOp =
  | 'sum'
  | 'avg'
  | 'count'
  | 'min'
  | 'max'
  | 'group'
  | 'stddev'
  | 'stdvar'
  | 'topk'
  | 'bottomk'
  | 'count_values'
  | 'quantile'
  | 'limitk'
  | 'limit_ratio';

export interface Aggregate extends Node {
  readonly kind: 'aggregate';
  readonly op: AggregateOp;
  readonly expr: Expr;
  readonly param?: Expr;
  readonly without: boolean;
  readonly grouping: readonly string[];
}

export interface Call extends Node {
  readonly kind: 'call';
  /** A key of the table in signatures.ts. */
  readonly name: string;
  readonly args: readonly Expr[];
  /** The name alone. */
  readonly nameSpan: Span;
}

/** `@`: a time in UTC milliseconds, or the start or end of the evaluated range. */
export type AtModifier = number | 'start' | 'end';

interface Modifiers {
  /** Milliseconds; what `offset` says. */
  readonly offsetMs: number;
  readonly at?: AtModifier;
  /** Experimental: an offset or range that is an expression of durations, evaluated with the query's steps. */
  readonly offsetExpr?: DurationExpr;
}

export interface VectorSelector extends Node, Modifiers {
  readonly kind: 'selector';
  /** '' when written as `{…}` only. */
  readonly name: string;
  /** `__name__` among them when a name was written. */
  readonly matchers: readonly Matcher[];
  /** Experimental, on range and instant selectors. */
  readonly modifier?: 'anchored' | 'smoothed';
}

export interface MatrixSelector extends Node {
  readonly kind: 'matrix';
  readonly selector: VectorSelector;
  /** Milliseconds. */
  readonly rangeMs: number;
  readonly rangeExpr?: DurationExpr;
}

export interface Subquery extends Node, Modifiers {
  readonly kind: 'subquery';
  readonly expr: Expr;
  readonly rangeMs: number;
  readonly rangeExpr?: DurationExpr;
  /** 0: the default resolution. */
  readonly stepMs: number;
  readonly stepExpr?: DurationExpr;
}

/** Experimental: arithmetic over durations in brackets and after `offset`; numbers are seconds. */
export type DurationExpr =
  | {
      readonly kind: 'duration';
      readonly seconds: number;
      /** It was written as a number of seconds, `300` and not `5m`. */
      readonly plain?: boolean;
      readonly span: Span;
    }
  | { readonly kind: 'step' | 'range'; readonly span: Span }
  | {
      readonly kind: 'duration-op';
      readonly op: '+' | '-' | '*' | '/' | '%' | '^' | 'min' | 'max';
      readonly left: DurationExpr;
      readonly right: DurationExpr;
      readonly span: Span;
    }
  | {
      readonly kind: 'duration-sign';
      readonly op: '+' | '-';
      readonly expr: DurationExpr;
      readonly span: Span;
    };
