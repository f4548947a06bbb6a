/**
 * A week without a network, by the clock: real facts and the real buffer in a folder, an agent that
 * is stopped and killed in between. Windows and limits hold, and when the link is back every result
 * is there, in order, once.
 */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadCron } from '../../agent/config/cron.ts';
import { isOpen, type Window } from '../../agent/core/tasks/window.ts';
import { openBuffer } from '../../agent/io/buffer/level-buffer.ts';
import { openFacts } from '../../agent/io/facts.ts';
import type { Facts, Journal } from '../../agent/ports/caretaking.ts';
import type { RecordBuffer } from '../../agent/ports.ts';
import { CLOCK } from '../../protocol/messages/envelope.ts';
import { decodeReport, encodeReport, type Report } from '../../protocol/messages/report.ts';
import { BAD, GOOD, lasting, planOf, Rig } from '../support/tasks/rig.ts';
import { DAY, HOUR, MINUTE, shown } from '../support/tasks/zones.ts';
import { tempFolder } from '../support/temp-folder.ts';

const ZONE = 'Europe/Berlin';
/** A Monday at noon; on the Sunday that follows clocks are set forward. */
const START = Date.UTC(2026, 2, 23, 11);
const night: Window = { name: 'night', days: [1, 2, 3, 4, 5, 6, 0], from: 60, to: 300, zone: ZONE };

/** Counts what is under way on the disk, so that the clock waits for it. */
class Disk {
  underWay = 0;

  readonly watched = <T>(operation: Promise<T>): Promise<T> => {
    this.underWay++;
    return operation.finally(() => this.underWay--);
  };

  facts(facts: Facts): Facts {
    return {
      get: (name) => facts.get(name),
      names: (group) => facts.names(group),
      put: (name, text) => this.watched(facts.put(name, text)),
      remove: (name) => this.watched(facts.remove(name)),
    };
  }

  journal(buffer: () => RecordBuffer, now: () => number): Journal {
    const report: Journal['report'] = async (id, body) => {
      const wall = now();
      await this.watched(
        buffer().append({
          ...{
            kind: 'report',
            id,
            from: wall,
            to: wall,
            samples: 0,
            clockUnset: false,
            sent: false,
          },
          encode: (position) =>
            encodeReport({
              header: { ...position, boot: '00000000000000aa', wall, mono: 0, clock: CLOCK.synced },
              ...body,
            }),
        }),
      );
    };
    const none = () => Promise.resolve();
    return { now, report, event: none, result: none };
  }
}

async function everything(buffer: RecordBuffer): Promise<Report[]> {
  const records = await buffer.take(undefined, { records: 10_000, bytes: 1e8 });
  return records.map(({ payload }) => {
    const read = decodeReport(payload);
    if (!read.ok) throw new Error(JSON.stringify(read));
    return read.value;
  });
}

test('a week offline', async () => {
  await using folder = await tempFolder('week');
  const open = (bootId: string) =>
    openBuffer({ path: join(folder.path, 'buffer'), capBytes: 50_000_000, bootId });
  const disk = new Disk();
  let buffer = await open('first');
  const rig: Rig = new Rig({
    start: START,
    journal: disk.journal(
      () => buffer,
      () => rig.clock.wall(),
    ),
    busy: () => disk.underWay > 0,
  });
  let flaky = 0;
  rig.execute = (name) =>
    lasting(
      name === 'long' ? 20 * MINUTE : MINUTE,
      name === 'flaky' && flaky++ % 2 === 0 ? BAD : GOOD,
    );
  const plan = planOf(
    {
      daily: { schedule: { daily: '02:30' }, zone: ZONE, window: night },
      weekly: { schedule: { weekly: 'thu 01:30' }, zone: ZONE, window: night },
      often: { schedule: { cron: '0 */6 * * *' }, zone: ZONE, priority: 3 },
      flaky: {
        schedule: { daily: '18:00' },
        zone: ZONE,
        retries: { count: 1, delay: 10 * MINUTE },
      },
      long: { schedule: { cron: '20 2 * * *' }, zone: ZONE, window: night, timeout: HOUR },
      strict: { schedule: { daily: '12:30' }, zone: ZONE, missed: 'skip' },
    },
    await loadCron(),
  );
  const life = async () => disk.facts(await openFacts(join(folder.path, 'facts')));

  let agent = rig.agent(plan, await life());
  await agent.start();
  await rig.advance(2 * DAY);
  // The agent is stopped for an update and comes back.
  await agent.stop();
  agent = rig.agent(plan, await life());
  await agent.start();
  // On the night to Friday it is killed while `long` runs, and the machine is off until 13:00.
  await rig.advance(START + 3 * DAY + 14 * HOUR + 25 * MINUTE - rig.clock.wall());
  expect(agent.status().running?.name).toBe('long');
  const killed: Rig = new Rig({
    start: START + 4 * DAY + HOUR,
    journal: disk.journal(
      () => buffer,
      () => killed.clock.wall(),
    ),
    busy: () => disk.underWay > 0,
  });
  killed.execute = rig.execute;
  await buffer.close();
  buffer = await open('second');
  agent = killed.agent(plan, await life());
  await agent.start();
  await killed.advance(3 * DAY);
  await agent.stop();

  const reports = await everything(buffer);
  await buffer.close();
  // Each opening of the buffer numbers anew in an epoch of its own: none missing, none twice.
  const epochs = [...new Set(reports.map(({ header }) => header.epoch))];
  expect(epochs).toHaveLength(2);
  const numbered = epochs.flatMap((epoch) => {
    const { length } = reports.filter(({ header }) => header.epoch === epoch);
    return Array.from({ length }, (_, index) => `${epoch} ${index + 1}`);
  });
  expect(reports.map(({ header }) => `${header.epoch} ${header.number}`)).toEqual(numbered);

  const ends = reports.filter(({ state }) => state !== 'running');
  const begins = reports.filter(({ state }) => state === 'running');
  const at = ({ name, startedAt }: Report) =>
    `${name} ${new Date(shown(startedAt, ZONE)).toISOString().slice(8, 16)}`;
  const of = (name: string) =>
    ends
      .filter((report) => report.name === name)
      .map(
        (report) =>
          `${at(report)} ${report.state}${report.trigger === 'schedule' ? '' : ` ${report.trigger}`}`,
      );

  expect(of('daily')).toEqual([
    ...['24', '25', '26'].map((day) => `daily ${day}T02:30 succeeded`.replace('02:30', '02:40')),
    'daily 27T13:00 skipped missed',
    'daily 28T02:40 succeeded',
    // Clocks go from 02:00 to 03:00: both turns are due at 03:00.
    'daily 29T03:00 succeeded',
    'daily 30T02:40 succeeded',
  ]);
  expect(of('weekly')).toEqual(['weekly 26T01:30 succeeded']);
  expect(of('long')).toEqual([
    ...['24', '25', '26'].map((day) => `long ${day}T02:20 succeeded`),
    'long 27T02:20 interrupted',
    'long 28T02:20 succeeded',
    'long 29T03:01 succeeded',
    'long 30T02:20 succeeded',
  ]);
  expect(of('strict')).toEqual([
    ...['23', '24', '25', '26'].map((day) => `strict ${day}T12:30 succeeded`),
    'strict 27T13:00 skipped missed',
    ...['28', '29', '30'].map((day) => `strict ${day}T12:30 succeeded`),
  ]);
  expect(of('often').filter((line) => line.includes(' 27T'))).toEqual([
    'often 27T00:00 succeeded',
    'often 27T13:00 succeeded missed',
    'often 27T18:00 succeeded',
  ]);
  expect(of('flaky')).toHaveLength(14);

  // In order, once: each run has one beginning, unless it was skipped, and one end after it.
  expect(
    new Set(ends.map(({ name, startedAt, trigger }) => `${name} ${startedAt} ${trigger}`)).size,
  ).toBe(ends.length);
  const runs = ends.filter(({ state }) => state !== 'skipped');
  expect(runs.map(at).toSorted()).toEqual(begins.map(at).toSorted());
  const told = reports.map(({ header }) => header.wall);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  // One at a time, and only while the window is open.
  const [first] = runs;
  let free = first?.startedAt ?? 0;
  for (const { startedAt, endedAt, state } of runs) {
    expect(startedAt).toBeGreaterThanOrEqual(free);
    if (state !== 'interrupted') free = endedAt;
  }
  for (const { name, startedAt } of begins) {
    if (plan.tasks[name]?.window !== undefined) expect(isOpen(night, startedAt)).toBe(true);
  }
});
