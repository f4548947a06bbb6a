/** What both servers are given: half an hour of counters, gauges, buckets and oddities. */
import { STALE_BITS } from '../../../collector/core/stale.ts';
import type { SentSeries } from '../remote-write/encode.ts';

export const STEP = 15_000;
const STEPS = 120;

/** `start` is a multiple of the step. */
export function sampleSeries(start: number): SentSeries[] {
  const at = (value: (step: number) => number | bigint, from = 0, to = STEPS) =>
    Array.from(
      { length: to - from },
      (_, i) => [start + (from + i) * STEP, value(from + i)] as const,
    );
  const hosts = Array.from({ length: 12 }, (_, n) => n);
  const site = (n: number) => ['berlin', 'oslo', 'lima'][n % 3] as string;
  return [
    ...hosts.map((n) =>
      series(
        'x_total',
        { host: `h${n}`, site: site(n) },
        at((i) => (i % 80) * (n + 1)),
      ),
    ),
    ...hosts.map((n) =>
      series(
        'up',
        { host: `h${n}`, site: site(n) },
        at((i) => (i % 7 === n ? 0 : 1)),
      ),
    ),
    ...hosts.map((n) =>
      series(
        'temp',
        { host: `h${n}`, site: site(n) },
        at((i) => Math.sin(i / 9 + n) * 30),
      ),
    ),
    ...['0.1', '0.5', '1', '5', '+Inf'].map((le, b) =>
      series(
        'lat_seconds_bucket',
        { le, site: 'oslo' },
        at((i) => i * (b + 1)),
      ),
    ),
    series(
      'lat_seconds_sum',
      { site: 'oslo' },
      at((i) => i * 2.5),
    ),
    series(
      'lat_seconds_count',
      { site: 'oslo' },
      at((i) => i * 5),
    ),
    series(
      'info',
      { host: 'h1', version: '1.2', path: '/a"b\\c', text: 'ü€😀\n2' },
      at(() => 1),
    ),
    series(
      'odd',
      { kind: 'nan' },
      at(() => Number.NaN),
    ),
    series(
      'odd',
      { kind: 'inf' },
      at(() => Number.POSITIVE_INFINITY),
    ),
    series(
      'odd',
      { kind: 'neginf' },
      at(() => Number.NEGATIVE_INFINITY),
    ),
    series(
      'odd',
      { kind: 'zero' },
      at(() => -0),
    ),
    series(
      'odd',
      { kind: 'huge' },
      at(() => 1.5e21),
    ),
    series(
      'odd',
      { kind: 'small' },
      at(() => 1e-7),
    ),
    series('gone', { kind: 'ended' }, [
      ...at(() => 1, 0, 60),
      [start + 60 * STEP, STALE_BITS] as const,
    ]),
    series(
      'gone',
      { kind: 'silent' },
      at(() => 1, 0, 60),
    ),
    series('gappy', {}, [...at(() => 1, 0, 30), ...at(() => 2, 70, STEPS)]),
    series(
      'single',
      {},
      at(() => 7, 60, 61),
    ),
  ];
}

function series(
  name: string,
  labels: Readonly<Record<string, string>>,
  samples: SentSeries['samples'],
): SentSeries {
  const all = Object.entries({ __name__: name, ...labels });
  return { labels: all.sort(([a], [b]) => (a < b ? -1 : 1)), samples };
}
