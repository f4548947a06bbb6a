/**
 * Clocks that jump, under the whole pipeline: real agent and collector, whose clocks the test moves.
 * No sample is lost, and each is stored at the time at which it was read, whatever the device thought.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { readLedger } from '../support/pipeline/account.ts';
import { Pipeline } from '../support/pipeline/pipeline.ts';
import { bundlePrograms } from '../support/pipeline/programs.ts';
import { tempFolder } from '../support/temp-folder.ts';

const DAY = 86_400_000;
const TEN_YEARS = 3_652 * DAY;
/** What the clocks of one machine may differ by when it is busy; those of the faults differ by a day. */
const NEAR_MS = 10_000;

/** Runs it, and holds what is stored against what was read; `laterBy` is what the collector's clock moved. */
async function check(run: (pipeline: Pipeline) => Promise<number>): Promise<void> {
  await using folder = await tempFolder('clock');
  const options = { folder: folder.path, intervalMs: 50, batchMs: 250 };
  const pipeline = await Pipeline.open({ ...options, programs: await bundlePrograms() });
  try {
    const moved = await run(pipeline);
    await pipeline.agent.end('SIGTERM');
    await pipeline.drainer.start('started');
    const readings = readLedger(pipeline.ledger);
    let stored = new Map<number, number[]>();
    for (let look = 0; look < 150 && stored.size < readings.length; look++) {
      await sleep(100);
      stored = await storedIn(pipeline);
    }
    expect(readings.filter(({ value }) => !stored.has(value))).toEqual([]);
    const wrong = readings.filter(({ value, at }) => {
      const times = stored.get(value) ?? [];
      return times.length !== 1 || !times.some((time) => near(time, at) || near(time, at + moved));
    });
    expect(wrong.map(({ value, at }) => [value, at, stored.get(value)])).toEqual([]);
    const order = readings.map(({ value }) => stored.get(value)?.[0] ?? 0);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  } finally {
    await pipeline.close();
  }
}

function near(a: number, b: number): boolean {
  return Math.abs(a - b) < NEAR_MS;
}

/** Times of each value of column 0. */
async function storedIn({ address }: Pipeline): Promise<Map<number, number[]>> {
  const query = new URLSearchParams({ query: 'test_tick{n="0"}[2d]' }).toString();
  const body = (await (await fetch(`${address.http}/api/v1/query?${query}`)).json()) as {
    data: { result: { values: [number, string][] }[] };
  };
  const found = new Map<number, number[]>();
  for (const [seconds, text] of body.data.result.flatMap(({ values }) => values)) {
    const value = Number(text) / 10;
    found.set(value, [...(found.get(value) ?? []), seconds * 1_000]);
  }
  return found;
}

it.each([
  ['ahead', TEN_YEARS],
  ['back', -TEN_YEARS],
])('a clock that is stepped ten years %s', (_way, wall) =>
  check(async (pipeline) => {
    const { agent, machines } = pipeline;
    await pipeline.start();
    await pipeline.untilStored();
    machines.agent.change({ wall }, agent);
    await sleep(2_000);
    pipeline.link.cut();
    await sleep(2_000);
    machines.agent.change({ wall: 0 }, agent);
    await pipeline.untilStored();
    return 0;
  }),
);

it('a device without a clock, which is set after a while', () =>
  check(async (pipeline) => {
    const { agent, machines } = pipeline;
    machines.agent.change({ wall: -Date.now() + 60_000 });
    await pipeline.start();
    await sleep(3_000);
    machines.agent.change({ wall: 0 }, agent);
    await pipeline.untilStored();
    return 0;
  }));

it('a device that sleeps for a day', () =>
  check(async (pipeline) => {
    const { agent, collector, machines } = pipeline;
    await pipeline.start();
    await pipeline.untilStored();
    const slept = { wall: DAY, uptime: DAY };
    machines.agent.change(slept, agent);
    machines.collector.change({ ...slept, awake: DAY }, collector);
    await sleep(3_000);
    await pipeline.untilStored();
    return DAY;
  }));
