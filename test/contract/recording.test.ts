/** From rows to records in a real buffer: nothing lost, dictionaries first, losses told. */
import { describe, expect, it } from 'vitest';
import type { Row } from '../../agent/core/rows.ts';
import { SeriesTable } from '../../agent/core/series.ts';
import { startTimeline } from '../../agent/core/timeline.ts';
import { openBuffer } from '../../agent/io/buffer/level-buffer.ts';
import type { RecordBuffer, StoredRecord } from '../../agent/ports.ts';
import { gauge } from '../../agent/samplers/sampler.ts';
import { Recording } from '../../agent/work/recording.ts';
import { decodeBatch, decodeBody, isPresent } from '../../protocol/messages/batch.ts';
import { decodeEvent } from '../../protocol/messages/event.ts';
import { decodeSchema } from '../../protocol/messages/schema.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { silentLog } from '../support/silent-log.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

const METRIC = gauge('test_value', 'A value.', ['n']);
/** As long as names are on devices. */
const longName = (n: number) => `/sys/devices/platform/${n}`;

type Fault = 'append' | 'putDictionary';

class Rig implements AsyncDisposable {
  readonly clock = new FakeClock(1_000);
  readonly table = new SeriesTable();
  readonly order: string[] = [];
  readonly recording: Recording;
  readonly buffer: RecordBuffer;
  readonly #folder: TempFolder;
  readonly #faults: Set<Fault>;

  private constructor(folder: TempFolder, buffer: RecordBuffer) {
    this.#folder = folder;
    this.buffer = buffer;
    const faults = new Set<Fault>();
    this.#faults = faults;
    const failing = new Proxy(buffer, {
      get(target, name: keyof RecordBuffer) {
        if (faults.has(name as Fault)) return () => Promise.reject(new Error('no space'));
        const member = target[name];
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
    this.recording = new Recording({
      clock: this.clock,
      log: silentLog,
      buffer: failing,
      table: this.table,
      boot: '00'.repeat(8),
      timeline: () =>
        startTimeline({ wall: this.clock.wall(), mono: this.clock.mono(), synced: true }, 0),
      live: () => false,
      recorded: (record) => void this.order.push(`${record.kind} ${record.number}`),
      dictionaryChanged: () => void this.order.push('dictionary'),
    });
  }

  static async open(): Promise<Rig> {
    const folder = await tempFolder('recording');
    const path = `${folder.path}/buffer`;
    return new Rig(folder, await openBuffer({ path, capBytes: 10_000_000, bootId: 'boot' }));
  }

  fail(fault: Fault, on: boolean): void {
    on ? this.#faults.add(fault) : this.#faults.delete(fault);
  }

  row(mono: number, names: readonly string[], group = 0): Row {
    const series = names.map((name) => {
      const found = this.table.find(METRIC, [name], group);
      if (found === undefined) throw new Error('no room');
      return found;
    });
    return { mono, series, values: series.map(() => mono), ended: [] };
  }

  async records(): Promise<readonly StoredRecord[]> {
    return this.buffer.take(undefined, { records: 10_000, bytes: 1e9 });
  }

  /** `name@mono` of every sample, by the dictionaries in the buffer. */
  async samples(): Promise<string[]> {
    const all: string[] = [];
    for (const { kind, payload } of await this.records()) {
      if (kind !== 'm') continue;
      const batch = decodeBatch(payload);
      if (!batch.ok) throw new Error(batch.error.code);
      const bytes = await this.buffer.dictionary(batch.value.schema);
      const schema = decodeSchema(bytes ?? new Uint8Array());
      if (!schema.ok) throw new Error('no dictionary');
      const { series } = schema.value;
      const body = decodeBody(batch.value.body, batch.value.header.wall, series);
      if (!body.ok) throw new Error(body.error.code);
      for (const { times, firstAlias, columns, values, presence } of body.value)
        for (let column = 0; column < columns; column++)
          times.forEach((_, row) => {
            if (!isPresent(presence.get(column), row)) return;
            const name = series[firstAlias + column]?.labels[0]?.[1];
            all.push(`${name}@${values[column * times.length + row]}`);
          });
    }
    return all;
  }

  async gaps() {
    return (await this.records()).flatMap(({ kind, payload }) => {
      const event = kind === 'event' ? decodeEvent(payload) : undefined;
      return event?.ok === true ? event.value.gaps : [];
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.buffer.close();
    await this.#folder[Symbol.asyncDispose]();
  }
}

describe('recording', () => {
  it('keeps rows that come while a batch is being written, and announces dictionaries first', async () => {
    await using rig = await Rig.open();
    rig.recording.deliver(rig.row(1_000, ['a', 'b']));
    const closing = rig.recording.close();
    rig.recording.deliver(rig.row(2_000, ['a', 'b']));
    await Promise.resolve();
    rig.recording.deliver(rig.row(3_000, ['c']));
    await closing;
    await rig.recording.close();
    expect((await rig.samples()).sort()).toEqual([
      'a@1000',
      'a@2000',
      'b@1000',
      'b@2000',
      'c@3000',
    ]);
    expect(rig.order[0]).toBe('dictionary');
    expect(rig.order.filter((one) => one === 'dictionary')).toHaveLength(2);
  });

  it.each(['append', 'putDictionary'] as const)(
    'keeps rows while the disk refuses %s',
    async (fault) => {
      await using rig = await Rig.open();
      rig.fail(fault, true);
      rig.recording.deliver(rig.row(1_000, ['a']));
      await rig.recording.close();
      rig.recording.deliver(rig.row(2_000, ['a']));
      await rig.recording.close();
      expect(await rig.samples()).toEqual([]);
      rig.fail(fault, false);
      await rig.recording.close();
      expect(await rig.samples()).toEqual(['a@1000', 'a@2000']);
      expect(await rig.gaps()).toEqual([]);
    },
  );

  it('drops the oldest beyond a bound, and says so once', async () => {
    await using rig = await Rig.open();
    rig.fail('append', true);
    const names = Array.from({ length: 1_000 }, (_, n) => longName(n));
    for (let mono = 1; mono <= 30; mono++) rig.recording.deliver(rig.row(mono * 1_000, names));
    await rig.recording.close();
    rig.fail('append', false);
    await rig.recording.close();
    await rig.recording.close();
    expect(await rig.samples()).toHaveLength(20_000);
    const offset = rig.clock.wall() - rig.clock.mono();
    expect(await rig.gaps()).toEqual([
      { from: offset + 1_000, to: offset + 10_000, cause: 'full', numbers: [], samples: 10_000 },
    ]);
  });

  it('splits what a decoder would not take: late rows of one cell in a wide group', async () => {
    await using rig = await Rig.open();
    rig.row(
      0,
      Array.from({ length: 4_000 }, (_, n) => longName(n)),
    );
    for (let mono = 1; mono <= 100; mono++) rig.recording.deliver(rig.row(mono, [longName(7)]));
    await rig.recording.close();
    expect(await rig.samples()).toHaveLength(100);
    expect((await rig.records()).length).toBeGreaterThan(20);
  });

  it('loses no sample when intervals, and with them groups, change', async () => {
    await using rig = await Rig.open();
    rig.recording.deliver(rig.row(1_000, ['a', 'b'], 0));
    rig.recording.deliver(rig.row(1_000, ['c'], 1));
    await rig.recording.close();
    rig.recording.deliver(rig.row(2_000, ['a', 'b'], 1));
    rig.recording.deliver(rig.row(2_000, ['c'], 0));
    rig.recording.deliver(rig.row(3_000, ['a'], 0));
    await rig.recording.close();
    expect((await rig.samples()).sort()).toEqual([
      'a@1000',
      'a@2000',
      'a@3000',
      'b@1000',
      'b@2000',
      'c@1000',
      'c@2000',
    ]);
  });
});
