/** Every function of PromQL: what it takes and what it gives, as Prometheus 3.14 declares them. */
import type { ValueType } from './ast.ts';

export interface Signature {
  readonly name: string;
  readonly args: readonly ValueType[];
  /** 0: as many arguments as listed. n: the last one may be there up to n times, or not at all. -1: any number of times. */
  readonly variadic: number;
  readonly returns: ValueType;
  /** Prometheus has it behind a feature flag. */
  readonly experimental: boolean;
}

type Shape = Omit<Signature, 'name' | 'experimental'>;

const shape = (returns: ValueType, args: readonly ValueType[], variadic = 0): Shape => ({
  args,
  variadic,
  returns,
});

const CONSTANT = shape('scalar', []);
const OF_VECTOR = shape('vector', ['vector']);
const OF_MATRIX = shape('vector', ['matrix']);
/** Of the evaluation's time when it is given nothing. */
const OF_TIME = shape('vector', ['vector'], 1);
const SORT_BY_LABEL = shape('vector', ['vector', 'string'], -1);

const STABLE: readonly (readonly [Shape, readonly string[]])[] = [
  [CONSTANT, ['pi', 'time']],
  [
    OF_VECTOR,
    [
      'abs',
      'absent',
      'acos',
      'acosh',
      'asin',
      'asinh',
      'atan',
      'atanh',
      'ceil',
      'cos',
      'cosh',
      'deg',
      'exp',
      'floor',
      'histogram_avg',
      'histogram_count',
      'histogram_stddev',
      'histogram_stdvar',
      'histogram_sum',
      'ln',
      'log10',
      'log2',
      'rad',
      'sgn',
      'sin',
      'sinh',
      'sort',
      'sort_desc',
      'sqrt',
      'tan',
      'tanh',
      'timestamp',
    ],
  ],
  [
    OF_MATRIX,
    [
      'absent_over_time',
      'avg_over_time',
      'changes',
      'count_over_time',
      'delta',
      'deriv',
      'idelta',
      'increase',
      'irate',
      'last_over_time',
      'max_over_time',
      'min_over_time',
      'present_over_time',
      'rate',
      'resets',
      'stddev_over_time',
      'stdvar_over_time',
      'sum_over_time',
    ],
  ],
  [
    OF_TIME,
    [
      'day_of_month',
      'day_of_week',
      'day_of_year',
      'days_in_month',
      'hour',
      'minute',
      'month',
      'year',
    ],
  ],
  [shape('vector', ['vector', 'scalar', 'scalar']), ['clamp']],
  [shape('vector', ['vector', 'scalar']), ['clamp_max', 'clamp_min']],
  [shape('vector', ['vector', 'scalar'], 1), ['round']],
  [shape('scalar', ['vector']), ['scalar']],
  [shape('vector', ['scalar']), ['vector']],
  [shape('vector', ['scalar', 'scalar', 'vector']), ['histogram_fraction']],
  [shape('vector', ['scalar', 'vector']), ['histogram_quantile']],
  [shape('vector', ['scalar', 'matrix']), ['quantile_over_time']],
  [shape('vector', ['matrix', 'scalar']), ['predict_linear']],
  [shape('vector', ['vector', 'string', 'string', 'string', 'string']), ['label_replace']],
  [shape('vector', ['vector', 'string', 'string', 'string'], -1), ['label_join']],
];

const EXPERIMENTAL: readonly (readonly [Shape, readonly string[]])[] = [
  [CONSTANT, ['end', 'range', 'start', 'step']],
  [
    OF_MATRIX,
    [
      'first_over_time',
      'mad_over_time',
      'ts_of_first_over_time',
      'ts_of_last_over_time',
      'ts_of_max_over_time',
      'ts_of_min_over_time',
    ],
  ],
  [shape('vector', ['matrix', 'scalar', 'scalar']), ['double_exponential_smoothing']],
  [shape('vector', ['vector', 'string', 'scalar', 'scalar'], 9), ['histogram_quantiles']],
  [shape('vector', ['vector', 'vector'], 1), ['info']],
  [shape('scalar', ['scalar', 'scalar']), ['max_of', 'min_of']],
  [SORT_BY_LABEL, ['sort_by_label', 'sort_by_label_desc']],
];

const listed = (groups: typeof STABLE, experimental: boolean) =>
  groups.flatMap(([form, names]) =>
    names.map((name): [string, Signature] => [name, { name, ...form, experimental }]),
  );

export const SIGNATURES: ReadonlyMap<string, Signature> = new Map([
  ...listed(STABLE, false),
  ...listed(EXPERIMENTAL, true),
]);
