/** What the buffer writes to flash, how large its folder gets, and how long it takes to open. */
import { readFileSync, statSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openBuffer } from '../../../agent/io/buffer/level-buffer.ts';
import type { RecordBuffer } from '../../../agent/ports.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { type Feed, openFeed } from '../buffer/feed.ts';

export const describe = 'writes of the agent buffer online and at its cap, folder size, opening';

const MB = 1_048_576;
const CAP = 50 * MB;
const BOOT = 'a boot';

export async function run(args: string[]): Promise<void> {
  const wanted = args.length === 0 ? ['online', 'cap', 'open', 'mend'] : args;
  if (wanted.includes('online')) await online();
  if (wanted.includes('cap')) await atCap();
  if (wanted.includes('open')) await opening();
  if (wanted.includes('mend')) await mending();
}

/** A day of 40 series in 60 s batches: appended, sent, acknowledged before the next one comes. */
async function online(): Promise<void> {
  await using folder = await tempFolder('buffer');
  const feed = openFeed(40, 6);
  const buffer = await open(folder.path);
  const days = 4;
  const before = written();
  for (let n = 0; n < 1440 * days; n++) {
    const { epoch, number } = await buffer.append(feed.record(n, true));
    await buffer.acknowledge(epoch, [{ first: number, last: number }]);
  }
  await buffer.sync();
  report(`online, ${days} days of 40 series`, feed, before);
  const mb = (written().calls - before.calls) / days / MB;
  console.log(`  a day: ${mb.toFixed(2)} MB by write calls (goal: under 5)`);
  await buffer.close();
}

/** Offline until three caps have been written: everything is thinned and dropped. */
async function atCap(): Promise<void> {
  await using folder = await tempFolder('buffer');
  const feed = openFeed(80, 6);
  const buffer = await open(folder.path);
  await buffer.putDictionary(feed.id, feed.schema);
  const before = written();
  let largest = 0;
  let slowest = 0;
  for (let n = 0; feed.payloadBytes < 3 * CAP; n++) {
    const start = performance.now();
    await buffer.append(feed.record(n, false));
    slowest = Math.max(slowest, performance.now() - start);
    if (n % 500 === 0) largest = Math.max(largest, await folderBytes(folder.path));
  }
  report('offline, cap 50 MB', feed, before);
  console.log(`  folder at most ${(largest / MB).toFixed(1)} MB (goal: ${1.5 * 50 + 16})`);
  console.log(`  slowest append ${slowest.toFixed(0)} ms; ${JSON.stringify(buffer.stats())}`);
  console.log(`  rss ${(process.memoryUsage().rss / MB).toFixed(0)} MB`);
  await buffer.close();
}

async function opening(): Promise<void> {
  await using folder = await tempFolder('buffer');
  const feed = openFeed(2, 1);
  const first = await openBuffer({
    path: join(folder.path, 'b'),
    capBytes: 1000 * MB,
    bootId: BOOT,
  });
  for (let n = 0; n < 1_000_000; n += 64) {
    await Promise.all(
      Array.from({ length: 64 }, (_, i) => first.append(feed.record(n + i, false))),
    );
  }
  await first.close();
  const start = performance.now();
  const again = await openBuffer({
    path: join(folder.path, 'b'),
    capBytes: 1000 * MB,
    bootId: BOOT,
  });
  const { records } = again.stats();
  console.log(
    `open with ${records} records: ${(performance.now() - start).toFixed(0)} ms (goal: 100)`,
  );
  await again.close();
}

/** The list of tables is gone, at the cap: opened, repaired, counted, and the first append. */
async function mending(): Promise<void> {
  await using folder = await tempFolder('buffer');
  const feed = openFeed(80, 6);
  const first = await open(folder.path);
  while (first.stats().bytes < CAP * 0.95) await first.append(feed.record(1, false));
  await first.close();
  const generation = join(folder.path, 'buffer', '00000001');
  const names = await readdir(generation);
  await rm(join(generation, names.find((name) => name.startsWith('MANIFEST')) ?? ''));
  const start = performance.now();
  const again = await open(folder.path);
  const opened = performance.now() - start;
  await again.append(feed.record(1, false));
  const appended = performance.now() - start;
  console.log(
    `no manifest at ${(again.stats().bytes / MB).toFixed(0)} MB: ${again.opening.how} in ${opened.toFixed(0)} ms, first append after ${appended.toFixed(0)} ms (goal: 5000)`,
  );
  await again.close();
}

function open(path: string): Promise<RecordBuffer> {
  return openBuffer({ path: join(path, 'buffer'), capBytes: CAP, bootId: BOOT });
}

interface Written {
  /** Bytes in write calls, and bytes of pages made dirty on the way to the disk. */
  readonly calls: number;
  readonly pages: number;
}

function written(): Written {
  const text = readFileSync('/proc/self/io', 'utf8');
  const value = (name: string): number =>
    Number(new RegExp(`^${name}: (\\d+)`, 'm').exec(text)?.[1]);
  return { calls: value('wchar'), pages: value('write_bytes') };
}

function report(title: string, feed: Feed, before: Written): void {
  const now = written();
  const ratio = (bytes: number): string => (bytes / feed.payloadBytes).toFixed(2);
  console.log(
    `${title}: payload ${(feed.payloadBytes / MB).toFixed(1)} MB, write calls x${ratio(now.calls - before.calls)}, write_bytes x${ratio(now.pages - before.pages)}`,
  );
}

async function folderBytes(path: string): Promise<number> {
  const names = await readdir(path, { recursive: true });
  return names.reduce((sum, name) => {
    const stat = statSync(join(path, name), { throwIfNoEntry: false });
    return sum + (stat?.isFile() === true ? stat.size : 0);
  }, 0);
}
