/**
 * What a query engine is. `SelectorEngine` answers plain selectors; the PromQL engine will take its
 * place behind the same interface, so that nothing in `io/http` changes.
 */

import type { Labels, Matcher, MatcherOp } from '../store/model.ts';

export type { Matcher, MatcherOp };
export type LabelMap = Labels;

/** Samples of one series: times ascending, UTC milliseconds; staleness markers by their bits. */
export interface SeriesSlice {
  readonly labels: LabelMap;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/** Where samples come from: the part of the store that an engine needs. Both ends included. */
export interface SampleSource {
  select(matchers: readonly Matcher[], from: number, to: number): Promise<readonly SeriesSlice[]>;
}

export interface QueryOptions {
  /** How far back an instant may look for its sample, milliseconds. */
  readonly lookbackMs: number;
  /** Points that one answer may hold. */
  readonly maxPoints: number;
  /** Ends the evaluation early: the client left, or its time is over. */
  readonly signal?: AbortSignal;
  /** Awaited now and then, so that a long evaluation does not hold up ingest. */
  readonly breathe?: () => Promise<void>;
}

export interface InstantSeries {
  readonly labels: LabelMap;
  readonly time: number;
  readonly value: number;
}

export type QueryValue =
  | { readonly type: 'vector'; readonly series: readonly InstantSeries[] }
  | { readonly type: 'matrix'; readonly series: readonly SeriesSlice[] }
  | { readonly type: 'scalar'; readonly time: number; readonly value: number }
  | { readonly type: 'string'; readonly time: number; readonly value: string };

export interface QueryResult {
  readonly value: QueryValue;
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
}

export interface RangeSteps {
  readonly start: number;
  readonly end: number;
  /** Above 0. All three in milliseconds. */
  readonly step: number;
}

export interface QueryEngine {
  /** Rejects with `QueryError`. */
  instant(expression: string, at: number, options: QueryOptions): Promise<QueryResult>;
  range(expression: string, steps: RangeSteps, options: QueryOptions): Promise<QueryResult>;
}

/** Prometheus' error types and their HTTP statuses. */
export const QUERY_ERRORS = {
  bad_data: 400,
  not_found: 404,
  execution: 422,
  canceled: 499,
  internal: 500,
  timeout: 503,
  unavailable: 503,
} as const;

export type QueryErrorType = keyof typeof QUERY_ERRORS;

export class QueryError extends Error {
  readonly type: QueryErrorType;

  constructor(type: QueryErrorType, message: string) {
    super(message);
    this.name = 'QueryError';
    this.type = type;
  }
}
