/** What checks and tasks tell, over a real buffer that refuses for a while. */
import { describe, expect, it } from 'vitest';
import { SeriesTable } from '../../agent/core/series.ts';
import { startTimeline } from '../../agent/core/timeline.ts';
import { openBuffer } from '../../agent/io/buffer/level-buffer.ts';
import type { RecordBuffer } from '../../agent/ports.ts';
import { BufferedJournal } from '../../agent/work/journal.ts';
import { Recording } from '../../agent/work/recording.ts';
import {
  type CommandResultBody,
  decodeCommandResult,
} from '../../protocol/messages/command-result.ts';
import { decodeEvent } from '../../protocol/messages/event.ts';
import { decodeReport, type ReportBody } from '../../protocol/messages/report.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { silentLog } from '../support/silent-log.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

const AGAIN_MS = 10_000;
const MOST_WAITING = 1_000;

class Rig implements AsyncDisposable {
  readonly clock = new FakeClock(1_000);
  readonly said: string[] = [];
  readonly journal: BufferedJournal;
  refuses = false;
  /** Appends that the buffer was asked for, refused ones included. */
  tries = 0;
  private readonly folder: TempFolder;
  private readonly buffer: RecordBuffer;

  private constructor(folder: TempFolder, buffer: RecordBuffer) {
    this.folder = folder;
    this.buffer = buffer;
    const { clock } = this;
    const tell = (text: string) => void this.said.push(text);
    const log = { ...silentLog, warn: tell, error: tell };
    const recording = new Recording({
      ...{ clock, log, buffer: this.refusing(), table: new SeriesTable(), boot: '00'.repeat(8) },
      timeline: () => startTimeline({ wall: clock.wall(), mono: clock.mono(), synced: true }, 0),
      live: () => false,
      recorded: () => undefined,
      dictionaryChanged: () => undefined,
    });
    this.journal = new BufferedJournal({ clock, log, recording });
  }

  static async open(): Promise<Rig> {
    const folder = await tempFolder('journal');
    const path = `${folder.path}/buffer`;
    return new Rig(folder, await openBuffer({ path, capBytes: 10_000_000, bootId: 'boot' }));
  }

  event(name: string): Promise<void> {
    return this.journal.event({ name, severity: 'info', text: name });
  }

  /** What is in the buffer, in the order of its numbers. */
  async told(): Promise<readonly string[]> {
    const records = await this.buffer.take(undefined, { records: 10_000, bytes: 1e9 });
    return records.map(({ kind, id, payload }) => {
      const event = kind === 'event' ? decodeEvent(payload) : undefined;
      return event?.ok === true
        ? event.value.events.map(({ name }) => name).join()
        : `${kind}/${id}`;
    });
  }

  async payload(kind: string): Promise<Uint8Array> {
    const records = await this.buffer.take(undefined, { records: 10_000, bytes: 1e9 });
    return records.find((one) => one.kind === kind)?.payload ?? new Uint8Array();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.buffer.close();
    await this.folder[Symbol.asyncDispose]();
  }

  private refusing(): RecordBuffer {
    return new Proxy(this.buffer, {
      get: (target, name: keyof RecordBuffer) => {
        if (name === 'append') this.tries += 1;
        if (name === 'append' && this.refuses) {
          return () => Promise.reject(new Error('no space'));
        }
        const member = target[name];
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
  }
}

const REPORT: ReportBody = {
  ...{ subject: 'task', state: 'succeeded', name: 'clean-up', kind: 'clean' },
  ...{ startedAt: 1_763_690_000_000, endedAt: 1_763_690_001_000, trigger: 'schedule', attempt: 1 },
  ...{ text: 'done', output: '', changes: [], figures: new Map([['bytes_freed', 7]]) },
};
const RESULT: CommandResultBody = {
  ...{ state: 'succeeded', part: 0, text: 'done', output: '', attributes: new Map() },
};

describe('journal', () => {
  it('records in the order in which it was told, whatever the kind, each whole', async () => {
    await using rig = await Rig.open();
    await Promise.all([
      rig.event('first'),
      rig.journal.report('run-1', REPORT),
      rig.journal.result('cmd-1', RESULT),
      rig.event('last'),
    ]);
    expect(await rig.told()).toEqual(['first', 'report/run-1', 'res/cmd-1', 'last']);
    expect(decodeReport(await rig.payload('report'))).toMatchObject({ ok: true, value: REPORT });
    expect(decodeCommandResult(await rig.payload('res'))).toMatchObject({
      ok: true,
      value: RESULT,
    });
  });

  it('keeps what the disk refuses, in order, and tries again by itself', async () => {
    await using rig = await Rig.open();
    rig.refuses = true;
    const done: string[] = [];
    const events = ['a', 'b', 'c'].map((name) => rig.event(name).then(() => done.push(name)));
    await rig.clock.advance(AGAIN_MS - 1);
    // One of them is tried, and the others wait behind it.
    expect([rig.tries, done]).toEqual([1, []]);
    await rig.clock.advance(AGAIN_MS);
    expect([rig.tries, done]).toEqual([2, []]);
    rig.refuses = false;
    const later = rig.event('d');
    expect(rig.tries).toBe(2);
    await rig.clock.advance(AGAIN_MS);
    await Promise.all([...events, later]);
    expect(done).toEqual(['a', 'b', 'c']);
    expect(await rig.told()).toEqual(['a', 'b', 'c', 'd']);
    expect(rig.said.filter((text) => text.includes('tried again'))).toHaveLength(2);
    expect(rig.clock.pending).toBe(0);
  });

  it('gives up the oldest when too many wait, and says so once', async () => {
    await using rig = await Rig.open();
    rig.refuses = true;
    const names = Array.from({ length: MOST_WAITING + 2 }, (_, n) => `event-${n}`);
    const all = names.map((name) => rig.event(name));
    // Who waits for one that is given up is not left waiting.
    await Promise.all(all.slice(0, 2));
    expect(rig.said.filter((text) => text.includes('oldest are dropped'))).toHaveLength(1);
    rig.refuses = false;
    await rig.clock.advance(AGAIN_MS);
    await Promise.all(all);
    expect(await rig.told()).toEqual(names.slice(2));
  });

  it('tries once more when it stops, and says how many nobody will hear of', async () => {
    await using rig = await Rig.open();
    rig.refuses = true;
    void rig.event('a');
    void rig.event('b');
    await rig.journal.stop();
    expect(rig.said.at(-1)).toBe('the buffer refused reports and events');
    expect(rig.clock.pending).toBe(0);
    rig.refuses = false;
    await rig.journal.stop();
    expect(await rig.told()).toEqual(['a', 'b']);
  });
});
