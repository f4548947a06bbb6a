/** What queries, engines and their callers share: matchers, steps, and errors with Prometheus' types. */
import type { Matcher } from '../store/model.ts';

export type { Matcher };

export interface RangeSteps {
  readonly start: number;
  readonly end: number;
  /** Above 0. All three in milliseconds. */
  readonly step: number;
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
