/** The sampling loop on a clock of the test: nobody waits for a neighbour. */
import { describe, expect, it } from 'vitest';
import type { Row } from '../../../agent/core/rows.ts';
import { type Series, SeriesTable } from '../../../agent/core/series.ts';
import { gauge, type Sampler, sampler } from '../../../agent/samplers/sampler.ts';
import { type PlannedSampler, Sampling } from '../../../agent/work/sampling.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { memoryHost } from '../../support/memory-host.ts';
import { silentLog } from '../../support/silent-log.ts';

const plan = (of: Sampler, intervalMs = 1_000): PlannedSampler => ({
  sampler: of,
  options: {},
  intervalMs,
  timeoutMs: 500,
});

function simple(name: string, read: () => number | Promise<number>): Sampler {
  const metric = gauge(`test_${name}`, name);
  return sampler<number>({
    name,
    summary: name,
    profiles: ['edge'],
    timeoutMs: 500,
    metrics: [metric],
    read,
    parse: (value, emit) => emit(metric, value),
  });
}

function start(plans: readonly PlannedSampler[], detailed = false) {
  const clock = new FakeClock(10_000);
  const rows: Row[] = [];
  const deps = {
    clock,
    host: memoryHost({}),
    log: silentLog,
    table: new SeriesTable(),
    deliver: (row: Row) => void rows.push(row),
  };
  const sampling = new Sampling(deps, plans, detailed);
  const cells = () =>
    rows.flatMap(({ mono, series, values, ended }) => {
      const line = (one: Series, value: number | string) => {
        const labels = one.labels.map(([, text]) => text).join();
        return `${mono} ${one.metric.name}${labels && `{${labels}}`} ${value}`;
      };
      return [
        ...series.map((one, n) => line(one, values[n] ?? 'nothing')),
        ...ended.map((one) => line(one, 'stale')),
      ];
    });
  return { clock, sampling, cells };
}

describe('sampling', () => {
  it('ticks at whole multiples of the interval, once each', async () => {
    let n = 0;
    const { clock, sampling, cells } = start([plan(simple('a', () => ++n))]);
    await sampling.start();
    await clock.advance(3_000);
    sampling.stop();
    await clock.advance(5_000);
    expect(cells()).toEqual([
      '10000 test_a 1',
      '11000 test_a 2',
      '12000 test_a 3',
      '13000 test_a 4',
    ]);
  });

  it('leaves out multiples that were slept through, so that no two ticks share an instant', async () => {
    let n = 0;
    const { clock, sampling, cells } = start([plan(simple('a', () => ++n))]);
    await sampling.start();
    clock.stall(1_999);
    await clock.advance(1_001);
    sampling.stop();
    expect(cells()).toEqual(['10000 test_a 1', '11999 test_a 2', '13000 test_a 3']);
  });

  it('waits when a timer fires at once, as it does after the whole process stood still', async () => {
    let n = 0;
    const { clock, sampling, cells } = start([plan(simple('a', () => ++n))]);
    await sampling.start();
    // Node counts a timer from the loop's own time, which stands still with the process.
    clock.stale = 900;
    await clock.advance(2_500);
    sampling.stop();
    expect(cells()).toEqual(['10000 test_a 1', '11000 test_a 2', '12000 test_a 3']);
  });

  it('does not let a hung sampler delay its neighbours, and asks it only once', async () => {
    let asked = 0;
    const hung = simple('hung', () => {
      asked++;
      return new Promise<number>(() => undefined);
    });
    const { clock, sampling, cells } = start([plan(hung), plan(simple('b', () => 7))]);
    void sampling.start();
    await clock.advance(2_000);
    expect(cells().filter((cell) => cell.includes('test_b'))).toEqual([
      '10000 test_b 7',
      '11000 test_b 7',
      '12000 test_b 7',
    ]);
    expect(asked).toBe(1);
    expect(cells().filter((cell) => cell.includes('success'))).toEqual([
      '10000 node_scrape_collector_success{hung} 0',
      '11000 node_scrape_collector_success{hung} 0',
      '12000 node_scrape_collector_success{hung} 0',
    ]);
  });

  it('takes a late answer into the row of its tick', async () => {
    let answer: (value: number) => void = () => undefined;
    const late = simple('late', () => new Promise<number>((resolve) => (answer = resolve)));
    const { clock, sampling, cells } = start([plan(late)]);
    void sampling.start();
    await clock.advance(300);
    answer(5);
    await clock.advance(1);
    expect(cells()).toEqual(['10000 test_late 5']);
  });

  it('ends the series of a sampler that fails, and begins them again', async () => {
    let broken = false;
    const moody = simple('moody', () => {
      if (broken) throw new Error('no');
      return 1;
    });
    const { clock, sampling, cells } = start([plan(moody)]);
    await sampling.start();
    broken = true;
    await clock.advance(1_000);
    broken = false;
    await clock.advance(1_000);
    expect(cells()).toEqual([
      '10000 test_moody 1',
      '11000 node_scrape_collector_success{moody} 0',
      '11000 test_moody stale',
      '12000 test_moody 1',
      '12000 node_scrape_collector_success{moody} 1',
    ]);
  });

  it('tells success and duration of each sampler in the full profile', async () => {
    const { sampling, cells } = start([plan(simple('a', () => 1))], true);
    await sampling.start();
    expect(cells().map((cell) => cell.split(' ')[1])).toEqual([
      'test_a',
      'node_scrape_collector_success{a}',
      'node_scrape_collector_duration_seconds{a}',
    ]);
  });

  it('goes on where an earlier plan ended: what is no longer sampled ends, once', async () => {
    const plans = [plan(simple('a', () => 1)), plan(simple('b', () => 2))];
    const rows: Row[] = [];
    const deps = {
      clock: new FakeClock(10_000),
      host: memoryHost({}),
      log: silentLog,
      table: new SeriesTable(),
      deliver: (row: Row) => void rows.push(row),
    };
    const first = new Sampling(deps, plans, false);
    await first.start();
    first.stop();
    const second = new Sampling(deps, plans.slice(0, 1), false, first);
    await second.start();
    await second.start();
    second.stop();
    const stale = rows.flatMap(({ ended }) => ended);
    expect(stale.map(({ metric: { name } }) => name)).toEqual(['test_b']);
  });
});
