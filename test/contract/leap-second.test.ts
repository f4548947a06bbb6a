/**
 * A leap second from the clock to the wire: the wall clock is set back by one second while the agent
 * samples. Decoded, no two samples of a series share a time and none goes back. Time is the test's.
 */
import { expect, it } from 'vitest';
import { SeriesTable } from '../../agent/core/series.ts';
import { observe, startTimeline } from '../../agent/core/timeline.ts';
import { openBuffer } from '../../agent/io/buffer/level-buffer.ts';
import { gauge } from '../../agent/samplers/sampler.ts';
import { Recording } from '../../agent/work/recording.ts';
import { decodeBatch, decodeBody } from '../../protocol/messages/batch.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { silentLog } from '../support/silent-log.ts';
import { tempFolder } from '../support/temp-folder.ts';

const METRIC = gauge('test_value', 'A value.', ['n']);
const SECOND = 1_000;
const LEAP_AT = 65 * SECOND;

it.each([
  [10, 60],
  [10, 10],
  [1, 60],
  [1, 6],
])(
  'samples every %i s in batches of %i s keep their order and their distance',
  async (interval, batch) => {
    await using folder = await tempFolder('leap');
    const path = `${folder.path}/buffer`;
    const buffer = await openBuffer({ path, capBytes: 10_000_000, bootId: 'boot' });
    const clock = new FakeClock();
    const wall = () => clock.wall() - (clock.mono() >= LEAP_AT ? SECOND : 0);
    let timeline = startTimeline({ wall: wall(), mono: 0, synced: true }, 0);
    const table = new SeriesTable();
    const recording = new Recording({
      ...{ clock, log: silentLog, buffer, table, boot: '00'.repeat(8) },
      timeline: () => timeline,
      live: () => false,
      recorded: () => undefined,
      dictionaryChanged: () => undefined,
    });
    let taken = 0;
    for (let second = 1; second <= 300; second++) {
      await clock.advance(SECOND);
      const mono = clock.mono();
      timeline = observe(timeline, { wall: wall(), mono, synced: true }, 0);
      const series = table.find(METRIC, ['a'], 0);
      if (second % interval === 0 && series !== undefined) {
        recording.deliver({ mono, series: [series], values: [++taken], ended: [] });
      }
      if (second % batch === 0) await recording.close();
    }
    const times: number[] = [];
    for (const { payload } of await buffer.take(undefined, { records: 100, bytes: 1e9 })) {
      const read = decodeBatch(payload);
      const body = read.ok ? decodeBody(read.value.body, read.value.header.wall, [{}]) : read;
      if (!body.ok) throw new Error(body.error.code);
      for (const block of body.value) times.push(...block.times);
    }
    await buffer.close();
    expect(times).toHaveLength(taken);
    const steps = times.slice(1).map((time, n) => time - (times[n] ?? 0));
    // A tenth of the distance at most is taken away, so the second is spread over ten.
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(0.9 * interval * SECOND);
    expect(Math.max(...steps)).toBe(interval * SECOND);
    expect(times.at(-1)).toBe(wall());
  },
);
