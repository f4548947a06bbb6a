/** Random queries over numbers and native histograms, many with windows that slide. */
import type { Random } from '../../../../scripts/fuzz/random.ts';
import { randomQuery } from '../differential/generator.ts';

const SELECTORS = [
  ...['temperature_celsius', 'flapping', 'http_requests_total', 'sparse', 'late', 'odd'],
  ...['latency', 'latency{host="a"}', 'latency{host="b"}', 'latency{host="c"}', 'size', 'mixed'],
] as const;
const RANGES = ['1m30s', '5m', '11m', '30m'] as const;
const EXTENDABLE = ['rate', 'increase', 'delta', 'resets', 'changes'] as const;
/** Those that end in a comma take the range as their second argument. */
const WINDOWED = [
  ...EXTENDABLE,
  ...['irate', 'idelta', 'deriv', 'sum_over_time', 'avg_over_time', 'last_over_time'],
  ...['count_over_time', 'min_over_time', 'max_over_time', 'present_over_time', 'mad_over_time'],
  ...['stddev_over_time', 'stdvar_over_time', 'first_over_time', 'ts_of_max_over_time'],
  'quantile_over_time(0.5,',
] as const;
const AROUND = [
  ...['histogram_count', 'histogram_sum', 'histogram_avg', 'histogram_stddev'],
  ...['histogram_quantile(0.7,', 'histogram_fraction(0, 2,', 'sum', 'avg', 'count', '-', 'abs'],
  ...['sum by (host)', 'avg without (host)'],
] as const;
const OPERATORS = ['*', '/', '-', '==', 'and', 'or', 'unless', '> bool'] as const;

export function queryOverHistograms(random: Random): string {
  if (random.chance(2)) return randomQuery(random);
  let text = windowed(random);
  if (random.chance(2)) text = called(random.pick(AROUND), text);
  if (random.chance(8)) text = `${text} + ${text}`;
  return random.chance(12) ? `${text} ${random.pick(OPERATORS)} ${random.pick(SELECTORS)}` : text;
}

function windowed(random: Random): string {
  const selector = random.pick(SELECTORS);
  const range = random.pick(RANGES);
  if (random.chance(6)) return called(random.pick(WINDOWED), `(${selector})[${range}:1m]`);
  if (random.chance(6)) {
    const modifier = random.pick(['anchored', 'smoothed']);
    return called(random.pick(EXTENDABLE), `${selector}[${range}] ${modifier}`);
  }
  const offset = random.chance(5) ? ' offset 3m' : '';
  return called(random.pick(WINDOWED), `${selector}[${range}]${offset}`);
}

const called = (name: string, argument: string) =>
  name.endsWith(',') ? `${name} ${argument})` : `${name}(${argument})`;
