/**
 * A mount that hangs, a sampler that never answers, one that throws: neighbours keep their ticks, and
 * the buffer its thread. The stand-in for a dead mount is a FIFO that nobody writes to: opening it
 * holds a thread of libuv's pool as a stuck system call does.
 */
import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Row } from '../../agent/core/rows.ts';
import { SeriesTable } from '../../agent/core/series.ts';
import { openBuffer } from '../../agent/io/buffer/level-buffer.ts';
import { createClock } from '../../agent/io/clock.ts';
import { openHost } from '../../agent/io/host.ts';
import type { Clock, Host } from '../../agent/ports.ts';
import { gauge, type Sampler, sampler } from '../../agent/samplers/sampler.ts';
import { Sampling } from '../../agent/work/sampling.ts';
import { newRecord } from '../support/buffer/records.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { memoryHost } from '../support/memory-host.ts';
import { silentLog } from '../support/silent-log.ts';
import { tempFolder } from '../support/temp-folder.ts';

const never = new Promise<number>(() => undefined);
const fault = (): never => {
  throw new Error('broken');
};

function reading(name: string, read: (host: Host) => number | Promise<number>): Sampler {
  const metric = gauge(`test_${name}`, name);
  return sampler<number>({
    ...{ name, summary: name, profiles: ['edge'], timeoutMs: 500, metrics: [metric], read },
    parse: (value, emit) => emit(metric, value),
  });
}

function sampling(clock: Clock, host: Host, samplers: readonly Sampler[], intervalMs: number) {
  const rows: Row[] = [];
  const table = new SeriesTable();
  const deliver = (row: Row) => void rows.push(row);
  const planned = samplers.map((one) => ({
    ...{ sampler: one, options: {}, intervalMs, timeoutMs: intervalMs / 2 },
  }));
  const of = (metric: string) =>
    rows.flatMap(({ mono, series }) =>
      series.some((one) => one.metric.name === metric) ? [mono] : [],
    );
  return { of, run: new Sampling({ clock, host, log: silentLog, table, deliver }, planned, false) };
}

describe('samplers that hang or fail', () => {
  it('leave every tick of their neighbours where it was', async () => {
    const clock = new FakeClock(10_000);
    let asked = 0;
    const hung = reading('hung', () => {
      asked++;
      return never;
    });
    const others = [
      reading('thrower', fault),
      reading('rejecter', () => Promise.reject(new Error('no'))),
      hung,
    ];
    const before = reading('before', () => 1);
    const after = reading('after', () => Promise.resolve(2));
    const { of, run } = sampling(clock, memoryHost({}), [before, ...others, after], 1_000);
    const started = run.start();
    await clock.advance(60_000);
    await started;
    run.stop();
    const ticks = Array.from({ length: 61 }, (_, n) => 10_000 + n * 1_000);
    expect(of('test_before')).toEqual(ticks);
    expect(of('test_after')).toEqual(ticks);
    expect(asked).toBe(1);
  });

  it('hold no thread that the buffer needs, and move no tick of a neighbour', async (context) => {
    await using folder = await tempFolder('hang');
    const fifo = join(folder.path, 'dead-mount');
    execFileSync('mkfifo', [fifo]);
    const stuck: Promise<unknown>[] = [];
    // As many threads as the pool has would be held, if the host let them.
    const statfs = async (): Promise<never> => {
      const handle = open(fifo, 'r').then((file) => file.close());
      stuck.push(handle);
      await handle;
      return fault();
    };
    const host = openHost({ statfs, patienceMs: 20 });
    const mounts = ['/a', '/b', '/c', '/d', '/e', '/f'].map((mount, n) =>
      reading(`mount_${n}`, () =>
        host.statfs(mount).then((answer) => (answer === 'pending' ? 1 : 0)),
      ),
    );
    const buffer = await openBuffer({
      ...{ path: join(folder.path, 'buffer'), capBytes: 1e7, bootId: 'boot' },
    });
    let appended = 0;
    const tick = reading('tick', async () => {
      await buffer.append(newRecord(++appended));
      return appended;
    });
    const clock = createClock();
    const interval = 40;
    const { of, run } = sampling(
      clock,
      host,
      [...mounts, reading('quick', () => 1), tick],
      interval,
    );
    await run.start();
    while (of('test_quick').length < 40) await new Promise((resolve) => setTimeout(resolve, 5));
    run.stop();
    const held = stuck.length;
    // Opened in a way that needs no reader and no writer, so that the threads come free.
    const release = await open(fifo, constants.O_RDWR);
    await Promise.all(stuck);
    await release.close();
    // The first one is of the start, at no multiple.
    const quick = of('test_quick').slice(1);
    const late = quick.map((mono) => mono - Math.round(mono / interval) * interval);
    await context.annotate(`ticks off their multiples by ${late.join(' ')} ms`);
    // In order, and never two for one multiple; the buffer took one record for each.
    const steps = quick.slice(1).map((mono, n) => mono - (quick[n] as number));
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(interval / 4 - 2);
    expect(appended).toBeGreaterThanOrEqual(of('test_tick').length);
    expect(of('test_tick').length).toBeGreaterThan(0);
    expect(held).toBe(2);
    await buffer.close();
    host.close();
  });
});
