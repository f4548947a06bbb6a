/** The fleet's metrics with ends of series strewn in, and native histograms with all that changes in them. */
import { MemorySource } from '../../../../collector/promql/memory-source.ts';
import { parseSeries } from '../../../../collector/promql/notation/series.ts';
import { Random } from '../../../../scripts/fuzz/random.ts';
import { DATA_START, recordedFleet } from '../differential/data.ts';

const MINUTE = 60_000;
const OFF_GRID = 123;

const HISTOGRAMS = [
  // A counter that starts anew.
  'latency{host="a"} {{buckets:[0 0 0]}}+{{count:9 sum:12 buckets:[2 4 3]}}x60 ' +
    '{{count:2 sum:1 buckets:[1 1]}}+{{count:3 sum:2 buckets:[1 1 1]}}x60',
  // Another schema, an end, and numbers between.
  'latency{host="b"} {{schema:1 count:1 sum:1 z_bucket:1 z_bucket_w:0.001}}+' +
    '{{schema:1 count:6 sum:5 z_bucket:1 z_bucket_w:0.001 buckets:[1 2] n_buckets:[1 1]}}x40 ' +
    'stale _ 5 6 7 {{schema:2 count:3 sum:1 buckets:[1 1 1]}}+{{schema:2 count:3 sum:2 buckets:[1 1 1]}}x60',
  // Other bounds.
  'latency{host="c"} {{schema:-53 count:1 sum:1 custom_values:[1 2] buckets:[1]}}+' +
    '{{schema:-53 count:6 sum:5 custom_values:[1 2] buckets:[1 2 3]}}x50 ' +
    '{{schema:-53 count:4 sum:5 custom_values:[1 2 3] buckets:[1 0 3]}}+' +
    '{{schema:-53 count:6 sum:5 custom_values:[1 2 3] buckets:[1 2 3]}}x50',
  'size{host="a"} {{count:6 sum:12 buckets:[6] counter_reset_hint:gauge}}x10 ' +
    '{{count:2 sum:2 buckets:[2] counter_reset_hint:gauge}}x20 ' +
    '{{count:5 sum:2 buckets:[3 2] counter_reset_hint:gauge}}x80',
  'mixed{host="a"} 1 2 3 {{count:6 sum:12 buckets:[6]}}x3 4 5 6 7 8 9 10 11 ' +
    '{{count:8 sum:12 buckets:[8]}}x30 1+1x40',
];

export function consistencySource(seed: number): MemorySource {
  const random = new Random(seed);
  const source = new MemorySource();
  for (const { labels, samples } of recordedFleet(seed)) {
    for (const [time, value] of samples) {
      source.append(labels, time, random.chance(25) ? 'stale' : value);
    }
  }
  for (const { labels, values } of HISTOGRAMS.map(parseSeries)) {
    values.forEach((value, i) => {
      if (value === undefined) return;
      const sample = typeof value === 'object' ? value.histogram : value;
      source.append(labels, DATA_START + i * MINUTE + OFF_GRID, sample);
    });
  }
  return source;
}
