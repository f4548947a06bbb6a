/** What the store speaks about: series, labels, matchers, samples, rollups. `ports.ts` passes these on. */

/** 1 and above; 0 means "refused by a limit": its samples are counted and not stored. */
export type SeriesId = number;

export type Labels = ReadonlyMap<string, string>;

export interface SeriesMeta {
  readonly type: 'untyped' | 'counter' | 'gauge';
  readonly unit: string;
}

export type MatcherOp = '=' | '!=' | '=~' | '!~';

export interface Matcher {
  readonly name: string;
  readonly op: MatcherOp;
  readonly value: string;
}

/** Samples of one series in a time range: ascending, each instant once. */
export interface SeriesData {
  readonly id: SeriesId;
  /** All labels, `__name__` among them. */
  readonly labels: Labels;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

export interface RollupColumns {
  /** Start of each step, UTC milliseconds; a step covers [time, time + step). */
  readonly times: Float64Array;
  readonly count: Float64Array;
  readonly sum: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly last: Float64Array;
  /** Counter increase inside the step and from the sample before it, resets taken into account. */
  readonly increase: Float64Array;
}

export interface RollupData extends RollupColumns {
  readonly id: SeriesId;
  readonly labels: Labels;
}

export type RollupStep = '1m' | '1h';

export const METRIC = '__name__';
