/**
 * A small fleet's metrics over two hours, the same at each run. No sample lies on a whole second, so
 * that none is on the left end of a range: there Prometheus 2 and 3 differ.
 */
import { LabelSet } from '../../../../collector/core/label-set.ts';
import type { MemorySource } from '../../../../collector/promql/memory-source.ts';
import { Random } from '../../../../scripts/fuzz/random.ts';

export interface Recorded {
  readonly labels: LabelSet;
  readonly samples: readonly (readonly [time: number, value: number | 'stale'])[];
}

/** A multiple of an hour. */
export const DATA_START = 1_700_002_800_000;
export const DATA_END = DATA_START + 7_200_000;
const STEP = 15_000;

/** Into memory, for our engine. */
export function fill(source: MemorySource, fleet: readonly Recorded[]): MemorySource {
  for (const { labels, samples } of fleet) {
    for (const [time, value] of samples) source.append(labels, time, value);
  }
  return source;
}

type Labels = Readonly<Record<string, string>>;
/** The value at step `i`; undefined: no sample. */
type Shape = (i: number) => number | 'stale' | undefined;

export function recordedFleet(seed: number): readonly Recorded[] {
  const random = new Random(seed);
  return [...hosts(random), ...requests(random), ...durations(random), ...oddities(random)];
}

function record(name: string, labels: Labels, shape: Shape, random: Random, step = STEP): Recorded {
  const phase = 1 + random.below(998) + 1000 * random.below(step / 1000);
  const samples: (readonly [number, number | 'stale'])[] = [];
  for (let i = 0; DATA_START + phase + i * step < DATA_END; i++) {
    const value = shape(i);
    if (value !== undefined) samples.push([DATA_START + phase + i * step, value]);
  }
  return { labels: LabelSet.fromObject({ __name__: name, ...labels }), samples };
}

/**
 * Grows by up to `most` a step, starts anew about once in `every` steps: far from zero, since rates
 * near it are extrapolated differently by Prometheus 2 and 3.
 */
function counter(random: Random, most: number, every = 1e9): Shape {
  const first = 100_000 + random.below(100_000);
  let value = first;
  return () => {
    value = random.chance(every) ? first : value + random.below(most);
    return value;
  };
}

function gauge(random: Random, low: number, high: number): Shape {
  let value = low + ((high - low) * random.below(1000)) / 1000;
  return () => {
    const move = ((high - low) * (random.below(201) - 100)) / 2000;
    value = Math.min(high, Math.max(low, value + move));
    // Quarters, so that sums and differences are exact.
    return Math.round(value * 4) / 4;
  };
}

/** Silent for a while now and then; every other time it says so by a staleness marker. */
function withGaps(random: Random, shape: Shape): Shape {
  let silent = 0;
  return (i) => {
    const value = shape(i);
    if (silent > 0) silent--;
    else if (random.chance(60)) {
      silent = 5 + random.below(40);
      if (random.chance(2)) return 'stale';
    }
    return silent > 0 ? undefined : value;
  };
}

function* hosts(random: Random): Generator<Recorded> {
  for (const [n, instance] of ['edge-1', 'edge-2', 'edge-3', 'edge-4'].entries()) {
    const site = n < 2 ? 'bern' : 'oslo';
    const own = { instance, site, job: 'node' };
    yield record('up', own, () => (random.chance(20) ? 0 : 1), random);
    for (const mode of ['idle', 'user', 'system']) {
      const shape = counter(random, mode === 'idle' ? 14 : 3, 300);
      yield record('node_cpu_seconds_total', { ...own, cpu: '0', mode }, shape, random);
    }
    yield record('node_memory_MemAvailable_bytes', own, gauge(random, 1e8, 9e8), random);
    yield record('node_memory_MemTotal_bytes', own, () => 1024 ** 3, random, 60_000);
    for (const mountpoint of ['/', '/data']) {
      const disk = { ...own, mountpoint, device: 'mmcblk0' };
      const free = withGaps(random, gauge(random, 1e9, 8e9));
      yield record('node_filesystem_avail_bytes', disk, free, random);
      yield record('node_filesystem_size_bytes', disk, () => 8e9, random, 60_000);
    }
    yield record('temperature_celsius', { ...own, sensor: 'cpu' }, gauge(random, -5, 80), random);
    const info = { instance, site, model: n % 2 === 0 ? 'pi4' : 'x86', version: `1.${n}.0` };
    yield record('device_info', info, () => 1, random, 60_000);
  }
}

function* requests(random: Random): Generator<Recorded> {
  for (const instance of ['web-1', 'web-2']) {
    for (const method of ['GET', 'POST']) {
      for (const code of ['200', '404', '500']) {
        const shape = withGaps(random, counter(random, code === '200' ? 90 : 4, 150));
        const labels = { job: 'web', instance, method, code };
        yield record('http_requests_total', labels, shape, random);
      }
    }
    yield record('http_requests_limit', { job: 'web', instance }, () => 500, random);
  }
}

const BOUNDS = ['0.05', '0.1', '0.25', '0.5', '1', '+Inf'];

/** One phase for all buckets of a histogram: they are scraped together. */
function* durations(random: Random): Generator<Recorded> {
  for (const path of ['/', '/login', '/api']) {
    const steps = Array.from({ length: DATA_END / STEP - DATA_START / STEP }, () =>
      BOUNDS.map(() => random.below(6)),
    );
    const own = { job: 'web', path };
    const phase = random.next();
    const add = (name: string, labels: Labels, grown: (row: readonly number[]) => number) => {
      let value = 100_000;
      const shape: Shape = (i) => (value += grown(steps[i] ?? []));
      return record(name, labels, shape, new Random(phase));
    };
    const upTo = (bound: number) => (row: readonly number[]) =>
      row.slice(0, bound + 1).reduce((sum, n) => sum + n, 0);
    for (const [bound, le] of BOUNDS.entries()) {
      yield add('request_duration_seconds_bucket', { ...own, le }, upTo(bound));
    }
    yield add('request_duration_seconds_count', own, upTo(BOUNDS.length));
    yield add('request_duration_seconds_sum', own, (row) => (row[2] ?? 0) / 7 + 0.1);
  }
}

function* oddities(random: Random): Generator<Recorded> {
  yield record('odd', { kind: 'nan' }, (i) => (i % 3 === 0 ? Number.NaN : i), random);
  yield record('odd', { kind: 'inf' }, (i) => (i % 7 === 0 ? Number.POSITIVE_INFINITY : i), random);
  yield record('odd', { kind: 'negative' }, (i) => -i / 3, random);
  yield record('odd', { kind: 'tiny' }, (i) => 1e-300 * i, random);
  yield record('odd', { kind: 'zero' }, () => 0, random);
  yield record('sparse', { every: '4m' }, (i) => i, random, 240_000);
  yield record('sparse', { every: '7m' }, (i) => i * i, random, 420_000);
  yield record('late', { kind: 'begins' }, (i) => (i < 240 ? undefined : i), random);
  yield record('late', { kind: 'ends' }, (i) => (i < 240 ? i : undefined), random);
  yield record('flapping', { kind: 'flag' }, () => random.below(2), random);
  yield record('flapping', { kind: 'steps' }, (i) => Math.floor(i / 11) % 5, random);
}
