/** A collector whose disk is full or cannot be written: it says so, answers, and recovers by itself. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { contentOf } from '../support/fault/collector-content.ts';
import { CollectorFleet, DEVICES } from '../support/fault/collector-fleet.ts';
import { runCollector } from '../support/fault/collector-run.ts';
import { SmallDisk } from '../support/fault/small-disk.ts';
import { tempFolder } from '../support/temp-folder.ts';

const STEP = 10_000;
const ROWS = 20;
const SERIES = 6;
const CELLS = DEVICES.length * SERIES * ROWS;

interface Health {
  readonly status: string;
  readonly components: readonly { readonly name: string; readonly status: string }[];
}

/** What is sent goes out again until it is taken, as devices do. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let look = 0; look < 1_000; look++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('it never came');
}

async function unwell(http: string): Promise<readonly string[]> {
  const health = (await (await fetch(`${http}/health`)).json()) as Health;
  return health.components.filter(({ status }) => status !== 'healthy').map(({ name }) => name);
}

/** Ids of those that were said to be kept. */
const kept: string[] = [];

async function postSilence(http: string): Promise<number> {
  const answer = await fetch(`${http}/api/v2/silences`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ comment: 'c', createdBy: 'test', matchers: [{ name: 'a', value: 'b' }] },
      startsAt: new Date().toISOString(),
      endsAt: new Date(Date.now() + 3_600_000).toISOString(),
    }),
  });
  const body = (await answer.json()) as { silenceID?: string };
  if (body.silenceID !== undefined) kept.push(body.silenceID);
  return answer.status;
}

it('a full disk: nothing is acknowledged or lost, queries are answered, all goes on with space', async (context) => {
  await using folder = await tempFolder('disk');
  using disk = SmallDisk.mount(join(folder.path, 'disk'), 24);
  if (disk === undefined) return context.skip('no right to mount');
  const collector = await runCollector(join(disk.path, 'data'));
  const { http } = collector;
  const fleet = await CollectorFleet.connect(collector.mqtt, 1);
  const from = Date.now() - 3_600_000;
  const batch = (n: number) => fleet.batch(from + n * ROWS * STEP, ROWS, STEP);
  await batch(0);
  const samples = async () => (await contentOf(http)).samples.size;
  await until(async () => (await samples()) === CELLS);
  expect(await postSilence(http)).toBe(200);

  disk.fill();
  await batch(1);
  await until(async () => (await unwell(http)).includes('journal'));
  expect(collector.complaints.some((line) => /journal/.test(line))).toBe(true);
  // The last page of the log may have room for some.
  await until(async () => (await postSilence(http)) >= 500);
  // What was taken is answered. (The last page of a file may take a small batch more.)
  const taken = await samples();
  expect(taken).toBeGreaterThanOrEqual(CELLS);

  disk.free();
  let next = 3;
  await until(async () => {
    await batch(next++);
    return !(await unwell(http)).includes('journal');
  });
  await until(async () => (await samples()) >= taken + CELLS);
  await until(async () => (await postSilence(http)) === 200);
  const before = await contentOf(http);
  await fleet.end();
  await collector.stop();

  const again = await runCollector(join(disk.path, 'data'));
  const after = await contentOf(again.http);
  expect([...before.samples.keys()].filter((name) => !after.samples.has(name))).toEqual([]);
  expect(kept.filter((id) => !after.silences.includes(id))).toEqual([]);
  expect(again.complaints.filter((line) => /damage|lost/.test(line))).toEqual([]);
  await again.stop();
});

it('a disk that is full at the end of the collector: the journal has what the checkpoint could not write', async (context) => {
  await using folder = await tempFolder('disk');
  using disk = SmallDisk.mount(join(folder.path, 'disk'), 24);
  if (disk === undefined) return context.skip('no right to mount');
  const collector = await runCollector(join(disk.path, 'data'));
  const fleet = await CollectorFleet.connect(collector.mqtt, 1);
  await fleet.batch(Date.now() - 3_600_000, ROWS, STEP);
  await until(async () => (await contentOf(collector.http)).samples.size === CELLS);
  await fleet.end();
  disk.fill();
  await collector.stop();
  disk.free();
  const again = await runCollector(join(disk.path, 'data'));
  expect((await contentOf(again.http)).samples.size).toBe(CELLS);
  await again.stop();
});

it('a read-only folder at the start: refused by name, nothing set aside, and works once it is writable', async (context) => {
  await using folder = await tempFolder('disk');
  using disk = SmallDisk.mount(join(folder.path, 'disk'), 24);
  if (disk === undefined) return context.skip('no right to mount');
  const data = join(disk.path, 'data');
  const first = await runCollector(data);
  const fleet = await CollectorFleet.connect(first.mqtt, 1);
  await fleet.batch(Date.now() - 3_600_000, ROWS, STEP);
  await fleet.end();
  await first.stop();
  disk.readOnly(true);
  await expect(runCollector(data)).rejects.toThrow();
  disk.readOnly(false);
  const again = await runCollector(data);
  expect((await contentOf(again.http)).samples.size).toBe(CELLS);
  expect(again.complaints.filter((line) => /damage|repair|aside|lost/.test(line))).toEqual([]);
  await again.stop();
});
