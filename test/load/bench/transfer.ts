/** How well a fetch holds its cap, and how soon it stops wherever it is, against a real server. */
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createDownloader } from '../../../agent/io/fetch/downloader.ts';
import type { FetchPace } from '../../../agent/ports/updates.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { type FileServer, fileServer } from '../../support/updates/file-server.ts';

export const describe = 'fetching of updates: the cap of bandwidth, and how soon it stops';

const SECONDS = 6;
const RATES = [16, 64, 256, 1_024, 8_192];

export async function run(): Promise<void> {
  await using folder = await tempFolder('bench-transfer');
  console.log('| cap | taken | of the cap | largest second |\n|---|---|---|---|');
  for (const kib of RATES) await capped(join(folder.path, `cap-${kib}`), kib * 1024);
  console.log('\n| stopped while it | ends after |\n|---|---|');
  const moments: readonly (readonly [string, FetchPace, (server: FileServer) => void])[] = [
    ['waits before it begins', { jitterMs: 600_000 }, () => undefined],
    ['takes bytes', { most: 65_536 }, () => undefined],
    ['waits for the first byte', {}, ({ script }) => script.push(() => undefined)],
    [
      'waits to try again',
      {},
      ({ script }) => script.push((answer) => answer.writeHead(503).end()),
    ],
  ];
  for (const [at, [what, pace, prepare]] of moments.entries()) {
    const ms = await stopped(join(folder.path, `stop-${at}`), pace, prepare);
    console.log(`| ${what} | ${ms.toFixed(0)} ms |`);
  }
}

function wantedOf(content: Uint8Array, to: string) {
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { path: 'a/1/a', length: content.length, sha256, to };
}

async function capped(to: string, most: number): Promise<void> {
  const content = randomBytes(most * SECONDS);
  await using server = await fileServer(content);
  const downloader = createDownloader({ base: server.base, boot: 'one' });
  const seconds: number[] = [];
  let before = 0;
  const watch = setInterval(() => {
    seconds.push(server.sent() - before);
    before = server.sent();
  }, 1_000);
  const began = performance.now();
  await downloader.fetch(wantedOf(content, to), { most }, new AbortController().signal);
  const taken = (content.length * 1000) / (performance.now() - began);
  clearInterval(watch);
  const of = (rate: number) => `${((100 * rate) / most).toFixed(1)} %`;
  const largest = of(Math.max(...seconds));
  console.log(
    `| ${most / 1024} KiB/s | ${(taken / 1024).toFixed(1)} KiB/s | ${of(taken)} | ${largest} |`,
  );
}

async function stopped(
  to: string,
  pace: FetchPace,
  prepare: (server: FileServer) => void,
): Promise<number> {
  const content = randomBytes(4_000_000);
  await using server = await fileServer(content);
  prepare(server);
  const backoff = { minMs: 60_000, maxMs: 60_000 };
  const downloader = createDownloader({ base: server.base, boot: 'one', backoff });
  const stop = new AbortController();
  const fetching = downloader.fetch(wantedOf(content, to), pace, stop.signal);
  const ended = fetching.then(
    () => 'done',
    () => 'stopped',
  );
  await pause(1_000);
  const began = performance.now();
  stop.abort();
  if ((await ended) === 'done') throw new Error('it was done before it could be stopped');
  return performance.now() - began;
}
