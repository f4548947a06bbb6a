/**
 * A disk that takes its time, or hangs: sampling goes on, one write is under way and not one for each
 * batch that was due, and in the end every sample is in the buffer once. Time is the test's.
 */
import { describe, expect, it } from 'vitest';
import { SeriesTable } from '../../agent/core/series.ts';
import { startTimeline } from '../../agent/core/timeline.ts';
import { openBuffer } from '../../agent/io/buffer/level-buffer.ts';
import type { RecordBuffer } from '../../agent/ports.ts';
import { gauge, sampler } from '../../agent/samplers/sampler.ts';
import { Recording } from '../../agent/work/recording.ts';
import { Sampling } from '../../agent/work/sampling.ts';
import { decodeBatch, decodeBody } from '../../protocol/messages/batch.ts';
import { decodeEvent, type Gap } from '../../protocol/messages/event.ts';
import { decodeSchema } from '../../protocol/messages/schema.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { memoryHost } from '../support/memory-host.ts';
import { silentLog } from '../support/silent-log.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

const START = 10_000;
const SECOND = 1_000;

class Rig implements AsyncDisposable {
  readonly clock = new FakeClock(START);
  readonly recording: Recording;
  readonly sampling: Sampling;
  /** When rows were sampled. */
  readonly ticks: number[] = [];
  writes = 0;
  underWay = 0;
  mostUnderWay = 0;
  /** In the real buffer, by turns of the real event loop. */
  #appending = false;
  readonly #folder: TempFolder;
  readonly #buffer: RecordBuffer;

  private constructor(
    folder: TempFolder,
    buffer: RecordBuffer,
    disk: () => Promise<void>,
    width: number,
  ) {
    this.#folder = folder;
    this.#buffer = buffer;
    const { clock } = this;
    const append: RecordBuffer['append'] = async (record) => {
      this.writes++;
      this.underWay++;
      this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
      await disk();
      this.#appending = true;
      const stored = await buffer.append(record);
      this.#appending = false;
      this.underWay--;
      return stored;
    };
    const slow = new Proxy(buffer, {
      get(target, name: keyof RecordBuffer) {
        if (name === 'append') return append;
        const member = target[name];
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
    const table = new SeriesTable();
    this.recording = new Recording({
      ...{ clock, log: silentLog, buffer: slow, table, boot: '00'.repeat(8) },
      timeline: () => startTimeline({ wall: clock.wall(), mono: clock.mono(), synced: true }, 0),
      live: () => false,
      recorded: () => undefined,
      dictionaryChanged: () => undefined,
    });
    const metric = gauge('test_tick', 'When it was read.');
    const more = gauge('test_more', 'Beside it.', ['n']);
    const metrics = [metric, more];
    const reading = sampler<number>({
      ...{ name: 'tick', summary: 'tick', profiles: ['edge'], timeoutMs: 500, metrics },
      read: () => clock.mono(),
      parse: (value, emit) => {
        emit(metric, value);
        for (let n = 1; n < width; n++) emit(more, n, [String(n)]);
      },
    });
    const planned = { sampler: reading, options: {}, intervalMs: SECOND, timeoutMs: 500 };
    const deliver: Recording['deliver'] = (row) => {
      if (row.series.length > 0) this.ticks.push(row.mono);
      this.recording.deliver(row);
    };
    const deps = { clock, host: memoryHost({}), log: silentLog, table, deliver };
    this.sampling = new Sampling(deps, [planned], false);
  }

  /** `width`: samples of each row. */
  static async open(
    diskOf: (clock: () => FakeClock) => () => Promise<void>,
    width = 1,
  ): Promise<Rig> {
    const folder = await tempFolder('slow-disk');
    const path = `${folder.path}/buffer`;
    const buffer = await openBuffer({ path, capBytes: 10_000_000, bootId: 'boot' });
    const rig: Rig = new Rig(
      folder,
      buffer,
      diskOf(() => rig.clock),
      width,
    );
    return rig;
  }

  /** Samples for so long, a batch due every ten seconds; answers the closings, under way or done. */
  async sampleFor(seconds: number): Promise<Promise<void>[]> {
    const closings: Promise<void>[] = [];
    const started = this.sampling.start();
    for (let at = 0; at < seconds; at += 10) {
      await this.clock.advance(10 * SECOND);
      closings.push(this.recording.close());
      // The dictionary goes before the first batch.
      while (this.writes === 0 || this.#appending) await new Promise(setImmediate);
    }
    await started;
    this.sampling.stop();
    return closings;
  }

  /** Values of the samples that are in the buffer, which are their instants. */
  async stored(): Promise<number[]> {
    const records = await this.#buffer.take(undefined, { records: 10_000, bytes: 1e9 });
    const values: number[] = [];
    for (const { kind, payload } of records) {
      if (kind !== 'm') continue;
      const batch = decodeBatch(payload);
      const dictionary = batch.ok ? await this.#buffer.dictionary(batch.value.schema) : undefined;
      const schema = decodeSchema(dictionary ?? new Uint8Array());
      if (!batch.ok || !schema.ok) throw new Error('unreadable');
      const { series } = schema.value;
      const alias = series.findIndex(({ name }) => name === 'test_tick');
      const body = decodeBody(batch.value.body, batch.value.header.wall, series);
      if (!body.ok) throw new Error(body.error.code);
      for (const { times, firstAlias, columns, values: cells } of body.value) {
        const column = alias - firstAlias;
        if (column < 0 || column >= columns) continue;
        values.push(...cells.subarray(column * times.length, (column + 1) * times.length));
      }
    }
    return values;
  }

  async gaps(): Promise<readonly Gap[]> {
    const records = await this.#buffer.take(undefined, { records: 10_000, bytes: 1e9 });
    return records.flatMap(({ kind, payload }) => {
      const event = kind === 'event' ? decodeEvent(payload) : undefined;
      return event?.ok === true ? event.value.gaps : [];
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#buffer.close();
    await this.#folder[Symbol.asyncDispose]();
  }
}

const everySecond = (seconds: number) =>
  Array.from({ length: seconds + 1 }, (_, n) => START + n * SECOND);

describe('a disk', () => {
  it('that takes 35 s for each write: sampling keeps its pace, batches become larger, nothing is lost', async () => {
    await using rig = await Rig.open(
      (clock) => () => new Promise((resolve) => clock().after(35 * SECOND, resolve)),
    );
    const closings = await rig.sampleFor(600);
    let done = false;
    const all = Promise.all([...closings, rig.recording.close()]).then(() => {
      done = true;
    });
    while (!done) {
      await rig.clock.advance(10 * SECOND);
      // What LevelDB does takes turns of the real event loop.
      await new Promise(setImmediate);
    }
    await all;
    expect(rig.ticks).toEqual(everySecond(600));
    expect(await rig.stored()).toEqual(rig.ticks);
    expect(rig.mostUnderWay).toBe(1);
    // A write each 40 or 50 s, with all that came meanwhile: what waits is bounded by one write.
    expect(rig.writes).toBeGreaterThanOrEqual(12);
    expect(rig.writes).toBeLessThanOrEqual(16);
  });

  it('that hangs for an hour: sampling goes on, one write waits, and all comes when it goes on', async () => {
    let goOn = (): void => undefined;
    const hung = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    await using rig = await Rig.open(() => () => hung);
    const closings = await rig.sampleFor(3_600);
    expect(rig.ticks).toEqual(everySecond(3_600));
    expect(rig.writes).toBe(1);
    expect(await rig.stored()).toEqual([]);
    goOn();
    await Promise.all([...closings, rig.recording.close()]);
    expect(await rig.stored()).toEqual(rig.ticks);
    expect(rig.writes).toBe(2);
  });

  it('that never answers: the newest 20,000 samples wait beside the write, the others are a gap', async () => {
    const WIDTH = 100;
    let goOn = (): void => undefined;
    const hung = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    await using rig = await Rig.open(() => () => hung, WIDTH);
    const closings = await rig.sampleFor(1_000);
    // At each of them it hung already: one closing waits for all that came since.
    expect(rig.writes).toBe(1);
    expect(new Set(closings.slice(1)).size).toBe(1);
    goOn();
    await Promise.all([...closings, rig.recording.close()]);
    const ticks = everySecond(1_000);
    // What the hung write held, and the newest beside it.
    const kept = [...ticks.slice(0, 11), ...ticks.slice(-20_000 / WIDTH)];
    expect(await rig.stored()).toEqual(kept);
    const offset = rig.clock.wall() - rig.clock.mono();
    const lost = ticks.filter((tick) => !kept.includes(tick));
    expect(await rig.gaps()).toEqual([
      {
        ...{ from: offset + (lost[0] ?? 0), to: offset + (lost.at(-1) ?? 0) },
        ...{ cause: 'full', numbers: [], samples: lost.length * WIDTH },
      },
    ]);
  });
});
