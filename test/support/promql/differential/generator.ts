/** Queries put together at random, of the right types throughout. */
import type { Random } from '../../../../scripts/fuzz/random.ts';

const SELECTORS = [
  'up',
  'up{site="bern"}',
  'temperature_celsius',
  'node_memory_MemAvailable_bytes',
  'node_cpu_seconds_total',
  'node_cpu_seconds_total{mode=~"user|system"}',
  'node_filesystem_avail_bytes',
  'node_filesystem_size_bytes',
  'http_requests_total',
  'http_requests_total{code!="200"}',
  'http_requests_total{method="GET"}',
  'request_duration_seconds_count',
  'request_duration_seconds_bucket{path="/"}',
  'flapping',
  'late',
  'sparse',
] as const;
const LABELS = [
  'instance',
  'site',
  'job',
  'mode',
  'code',
  'method',
  'mountpoint',
  'nothing',
] as const;
const RANGES = ['1m30s', '5m', '10m', '30m', '1h'] as const;
const COUNTERS = SELECTORS.filter((selector) => /_total|_count|_bucket/.test(selector));
const OF_COUNTERS = ['rate', 'increase'] as const;
const WINDOWED = [
  ...['irate', 'delta', 'idelta', 'resets', 'changes', 'deriv'],
  ...['avg_over_time', 'sum_over_time', 'min_over_time', 'max_over_time', 'count_over_time'],
  ...['last_over_time', 'stddev_over_time', 'stdvar_over_time', 'present_over_time'],
] as const;
/** Not exp: it makes infinities, whose deviation 2.42 takes for 0 where Prometheus 3 says NaN. */
const SAMPLED = ['abs', 'ceil', 'floor', 'sqrt', 'ln', 'sgn', 'log2', 'sin', '-', '+'] as const;
const AGGREGATIONS = ['sum', 'avg', 'min', 'max', 'count', 'group', 'stddev'] as const;
const ARITHMETIC = ['+', '-', '*', '/'] as const;
const COMPARISONS = ['==', '!=', '<', '>', '<=', '>='] as const;
const SET = ['and', 'or', 'unless'] as const;
const NUMBERS = ['0', '1', '2', '0.5', '-3', '1e3', '100'] as const;

export function randomQuery(random: Random): string {
  return vector(random, 1 + random.below(3));
}

function vector(random: Random, depth: number): string {
  if (depth === 0) return leaf(random);
  switch (random.below(8)) {
    case 0:
    case 1:
      return aggregation(random, depth);
    case 2:
      return `${random.pick(SAMPLED)}(${vector(random, depth - 1)})`;
    case 3:
      return withNumber(random, depth);
    case 4:
      return matched(random, depth);
    case 5:
      return `(${vector(random, depth - 1)}) ${random.pick(SET)}${matching(random)} (${vector(random, depth - 1)})`;
    case 6:
      return subquery(random, depth);
    default:
      return windowed(random);
  }
}

function leaf(random: Random): string {
  return random.chance(2) ? windowed(random) : `${random.pick(SELECTORS)}${offset(random)}`;
}

const offset = (random: Random) =>
  random.chance(4) ? ` offset ${random.pick(['5m', '1m30s', '-2m'])}` : '';

function windowed(random: Random): string {
  if (random.chance(4)) return `${random.pick(OF_COUNTERS)}(${range(random, COUNTERS)})`;
  const any = range(random, SELECTORS);
  if (random.chance(10)) return `quantile_over_time(${random.pick(['0', '0.3', '1'])}, ${any})`;
  if (random.chance(10)) return `predict_linear(${any}, 600)`;
  return `${random.pick(WINDOWED)}(${any})`;
}

const range = (random: Random, selectors: readonly string[]) =>
  `${random.pick(selectors)}[${random.pick(RANGES)}]${offset(random)}`;

function aggregation(random: Random, depth: number): string {
  const inner = vector(random, depth - 1);
  const group = random.chance(4) ? '' : ` ${grouping(random)} `;
  if (random.chance(6)) return `quantile${group}(${random.pick(['0.1', '0.5', '0.99'])}, ${inner})`;
  return `${random.pick(AGGREGATIONS)}${group}(${inner})`;
}

function grouping(random: Random): string {
  return `${random.pick(['by', 'without'])} (${labels(random)})`;
}

function labels(random: Random): string {
  const some = LABELS.filter(() => random.chance(3));
  return some.join(', ');
}

function withNumber(random: Random, depth: number): string {
  const inner = `(${vector(random, depth - 1)})`;
  const number = random.pick(NUMBERS);
  if (random.chance(2)) return `${inner} ${random.pick(ARITHMETIC)} ${number}`;
  const bool = random.chance(2) ? ' bool' : '';
  return `${inner} ${random.pick(COMPARISONS)}${bool} ${number}`;
}

/** Often two sides of the same labels, so that something matches. */
function matched(random: Random, depth: number): string {
  const left = vector(random, depth - 1);
  const right = random.chance(2) ? left : vector(random, depth - 1);
  const op = random.chance(3) ? `${random.pick(COMPARISONS)} bool` : random.pick(ARITHMETIC);
  if (random.chance(3)) {
    const one = `${random.pick(['sum', 'max', 'count'])} by (instance) (${right})`;
    return `(${left}) ${op} on (instance) group_left () (${one})`;
  }
  return `(${left}) ${op}${matching(random)} (${right})`;
}

function matching(random: Random): string {
  if (random.chance(2)) return '';
  return ` ${random.pick(['on', 'ignoring'])} (${labels(random)})`;
}

function subquery(random: Random, depth: number): string {
  const over = random.pick(['avg_over_time', 'max_over_time', 'sum_over_time', 'count_over_time']);
  const step = random.pick(['30s', '1m', '']);
  return `${over}((${vector(random, depth - 1)})[${random.pick(['5m', '10m'])}:${step}]${offset(random)})`;
}
