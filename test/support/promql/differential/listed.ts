/** Queries that people write: dashboards, rules, and each function and operator at least once. */

const COUNTERS = ['http_requests_total', 'node_cpu_seconds_total{mode!="idle"}'];
const GAUGES = ['node_memory_MemAvailable_bytes', 'temperature_celsius', 'odd', 'sparse', 'late'];
const EVERYTHING = [...COUNTERS, ...GAUGES, 'up', 'flapping'];

const OVER_TIME = [
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
];
/** Near zero they are extrapolated differently by Prometheus 2 and 3. */
const COUNTERS_ONLY = new Set(['rate', 'increase']);
/** Prometheus 2.42 loses infinities in compensated sums, and NaN in deviations. */
const FINITE_ONLY = new Set(['avg_over_time', 'sum_over_time', 'deriv']);

const OF_SAMPLE = [
  ...['abs', 'ceil', 'floor', 'exp', 'ln', 'log2', 'log10', 'sqrt', 'sgn', 'deg', 'rad'],
  ...[
    'sin',
    'cos',
    'tan',
    'asin',
    'acos',
    'atan',
    'sinh',
    'cosh',
    'tanh',
    'asinh',
    'acosh',
    'atanh',
  ],
  ...[
    'hour',
    'minute',
    'month',
    'year',
    'day_of_week',
    'day_of_month',
    'day_of_year',
    'days_in_month',
  ],
  ...['timestamp', 'absent', 'sort', 'sort_desc', 'scalar', 'round'],
];

const AGGREGATIONS = ['sum', 'avg', 'min', 'max', 'count', 'group', 'stddev', 'stdvar'];
const ARITHMETIC = ['+', '-', '*', '/', '%', '^', 'atan2'];
const COMPARISONS = ['==', '!=', '<', '>', '<=', '>='];

function* families(): Generator<string> {
  for (const name of OVER_TIME) {
    for (const selector of COUNTERS_ONLY.has(name) ? COUNTERS : EVERYTHING) {
      if (FINITE_ONLY.has(name) && selector === 'odd') continue;
      yield `${name}(${selector}[5m])`;
      yield `${name}(${selector}[17m30s] offset 3m)`;
    }
  }
  for (const name of OF_SAMPLE) {
    yield `${name}(temperature_celsius)`;
    if (name !== 'sort' && name !== 'sort_desc') yield `${name}(odd)`;
    yield `${name}(nothing_here{a="b"})`;
  }
  for (const name of AGGREGATIONS) {
    yield `${name}(http_requests_total)`;
    yield `${name} by (code, nothing) (http_requests_total)`;
    yield `${name} without (instance, mode) (rate(node_cpu_seconds_total[5m]))`;
    yield `${name} by (job) (nothing_here)`;
  }
  for (const op of ARITHMETIC) {
    yield `temperature_celsius ${op} 3`;
    yield `-7.5 ${op} temperature_celsius`;
    yield `odd ${op} odd`;
    yield `11 ${op} 4`;
    yield `node_filesystem_avail_bytes ${op} on (instance, mountpoint) node_filesystem_size_bytes`;
  }
  for (const op of COMPARISONS) {
    yield `temperature_celsius ${op} 30`;
    yield `30 ${op} bool temperature_celsius`;
    yield `odd ${op} bool 5`;
    yield `odd ${op} odd`;
    yield `3 ${op} bool 4`;
    yield `node_memory_MemAvailable_bytes ${op} on (instance) node_memory_MemTotal_bytes / 2`;
  }
}

const BY_HAND = [
  '1 - node_filesystem_avail_bytes / node_filesystem_size_bytes',
  '100 * (1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m])))',
  'sum by (job) (rate(http_requests_total{code=~"5.."}[5m])) / sum by (job) (rate(http_requests_total[5m]))',
  'histogram_quantile(0.9, sum by (le) (rate(request_duration_seconds_bucket[5m])))',
  'histogram_quantile(0.5, request_duration_seconds_bucket)',
  'histogram_quantile(0, rate(request_duration_seconds_bucket[10m]))',
  'histogram_quantile(1, rate(request_duration_seconds_bucket[10m]))',
  'histogram_quantile(-1, rate(request_duration_seconds_bucket[10m]))',
  'histogram_quantile(2, rate(request_duration_seconds_bucket[10m]))',
  'histogram_quantile(0.9, temperature_celsius)',
  'rate(request_duration_seconds_sum[5m]) / rate(request_duration_seconds_count[5m])',
  'predict_linear(node_filesystem_avail_bytes[1h], 4 * 3600) < 0',
  'predict_linear(node_filesystem_avail_bytes[30m], 3600)',
  'topk(3, http_requests_total)',
  'bottomk by (job) (1, http_requests_total)',
  'topk(0, http_requests_total)',
  'topk(-1, http_requests_total)',
  'topk(1.9, temperature_celsius)',
  'quantile(0.9, temperature_celsius)',
  'quantile by (site) (0.25, temperature_celsius)',
  'quantile(-1, temperature_celsius)',
  'quantile(1.5, temperature_celsius)',
  'quantile(NaN, temperature_celsius)',
  'quantile_over_time(0.9, temperature_celsius[10m])',
  'quantile_over_time(7, temperature_celsius[10m])',
  'count_values("value", up)',
  'count_values without (instance) ("n", round(temperature_celsius))',
  'count_values("job", flapping)',
  'absent(up)',
  'absent(up{instance="edge-9", job=~"n.*"})',
  'absent(sum(nothing_here))',
  'absent_over_time(nothing_here{a="b", c!="d"}[5m])',
  'absent_over_time(late{kind="ends"}[5m])',
  'clamp(temperature_celsius, 10, 40)',
  'clamp(temperature_celsius, 40, 10)',
  'clamp_min(odd, 3)',
  'clamp_max(odd, NaN)',
  'round(temperature_celsius, 5)',
  'round(temperature_celsius, 0.1)',
  'round(-temperature_celsius, -2)',
  'label_replace(up, "host", "$1", "instance", "edge-(.*)")',
  `label_replace(up, "host", "x-$\{1}-$2", "instance", "(e.*)-([0-9])")`,
  'label_replace(up, "instance", "", "job", "node")',
  'label_replace(up, "instance", "same", "job", "node")',
  'label_replace(up, "1bad", "$1", "job", ".*")',
  'label_replace(up, "a", "$1", "job", "(")',
  'label_join(up, "where", "/", "site", "instance", "nothing")',
  'label_join(up, "instance", "", "nothing")',
  'vector(1)',
  'vector(time())',
  'scalar(up)',
  'scalar(sum(up)) + up',
  'time()',
  'pi() * 2',
  'up and on (instance) temperature_celsius > 30',
  'up or temperature_celsius',
  'up unless on (instance) (temperature_celsius > 30)',
  'up and ignoring (sensor) temperature_celsius',
  'up or on (site) temperature_celsius',
  'up * on (instance) group_left (model, version) device_info',
  'device_info * on (instance) group_right (model) up',
  'temperature_celsius * on (instance, site) group_left () device_info',
  'up * on (site) device_info',
  'up + on (instance) group_left node_filesystem_avail_bytes',
  'http_requests_total > on (instance) group_left () http_requests_limit',
  'http_requests_limit < on (instance) group_right () http_requests_total',
  'http_requests_limit <= bool on (instance) group_right () http_requests_total',
  'sum(up) by (job) == bool 4',
  '-up',
  '+up',
  '-(2 ^ 3 ^ 2)',
  '2 ^ 3 ^ 2 - -1',
  '-2 ^ 2',
  '1 + 2 * 3 % 4 / 5',
  '1 / 0',
  '0 / 0',
  '-1 % 0',
  '5 % -3',
  '-5 % 3',
  'NaN == bool NaN',
  'Inf > bool 1',
  '"a string"',
  'up offset 10m',
  'up offset -10m',
  'rate(http_requests_total[5m] offset -5m)',
  'up @ 1700005000',
  'up @ start()',
  'up @ end()',
  'rate(http_requests_total[5m] @ end() offset 2m)',
  'sum_over_time(up[10m:1m] @ 1700005000)',
  'sum(rate(http_requests_total[5m] @ 1700006011)) + sum(rate(http_requests_total[5m]))',
  'max_over_time(rate(http_requests_total[5m])[30m:1m])',
  'avg_over_time(temperature_celsius[20m:30s])',
  'min_over_time((temperature_celsius > 20)[20m:])',
  'sum_over_time((up == 0)[1h:2m] offset 10m)',
  'deriv(sum(temperature_celsius)[20m:1m])',
  'quantile_over_time(0.5, max_over_time(temperature_celsius[5m])[20m:30s])',
  'count_over_time(time()[10m:1m])',
  'max_over_time(max_over_time(temperature_celsius[2m:30s])[10m:1m])',
  'rate(sum(http_requests_total)[10m:1m])',
  '{__name__=~"node_memory_.*"}',
  '{__name__=~"up|flapping", kind!="flag"}',
  'up{instance!~"edge-[12]"}',
  'up{instance=~""}',
  'up{nothing=""}',
  'up{site=~".+"}',
  'http_requests_total{code=~"2..|4..", method!="POST"}',
  'sum by (instance) (up) + sum by (site) (up)',
  'min(odd)',
  'max(odd)',
  'count(odd > 3)',
  'group by (site) (up)',
  'stddev(rate(http_requests_total[5m]))',
  'avg(temperature_celsius) by (site) - avg(temperature_celsius)',
  'changes(up[1h]) > 3',
  'resets(node_cpu_seconds_total[2h]) != 0',
  'sort(temperature_celsius)',
  'sort_desc(rate(http_requests_total[5m]))',
  'sort_desc(topk(3, temperature_celsius))',
  'day_of_week() + hour() * 100 + minute()',
  'month(vector(1700000000))',
  'days_in_month(vector(1709164800))',
  'timestamp(timestamp(up))',
  'timestamp(up offset 5m)',
  // Refused by both.
  'up{',
  'up[5m]',
  'rate(up)',
  'sum(up[5m])',
  'up + "a"',
  'rate(up[5m',
  'nonsense(up)',
  'up == bool',
  'up offset',
  'sum by up',
  '{}',
  '{job=~".*"}',
  'up @ nothing',
  'up and 1',
  '1 == 1',
  'topk(up, up)',
  'histogram_quantile(0.9)',
  'label_replace(up, "a")',
  'up[5m:1m',
  'http_requests_total + on (instance) http_requests_total',
  'http_requests_total * on (instance) group_left () http_requests_total',
  'rate({__name__=~"node_memory_.*"}[5m])',
  'abs({__name__=~"node_memory_.*|up"})',
  'up + on () group_left (a) up',
  'up{job=~"("}',
  'count_values("1bad", up)',
];

export const LISTED: readonly string[] = [...new Set([...families(), ...BY_HAND])];
