/** From a repository over HTTP to the file on the device: deltas, and what happens when they are of no use. */
import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { createDownloader } from '../../agent/io/fetch/downloader.ts';
import { createDisk } from '../../agent/io/updates/disk.ts';
import { openStaging } from '../../agent/io/updates/staging.ts';
import { Fetching } from '../../agent/work/updating/fetching.ts';
import { encodeDelta } from '../../protocol/delta/encode.ts';
import { EMPTY_SHA256 } from '../../protocol/delta/format.ts';
import type { ReleaseDelta, ReleaseManifest } from '../../protocol/release.ts';
import { hashedPath } from '../../protocol/tuf/paths.ts';
import { silentLog } from '../support/silent-log.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { madeOf, sum } from '../support/updates/releases.ts';

const text = randomBytes(20_000).toString('hex');
const old = Buffer.from(text);
const fresh = Buffer.concat([
  old.subarray(0, 30_000),
  Buffer.from('changed'),
  old.subarray(30_010),
]);
const nothing = new Uint8Array();

async function world() {
  const folder = await tempFolder('fetching');
  const served = new Map<string, Uint8Array>();
  const asked: string[] = [];
  let sent = 0;
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    const bytes = served.get(url);
    sent += bytes?.length ?? 0;
    response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const staging = await openStaging(folder.path, createDisk());
  const { manifest } = madeOf('app', '2.0.0', { kind: 'archive', options: {} }, fresh);
  const serve = (path: string, bytes: Uint8Array, as: Uint8Array = bytes) => {
    served.set(`/targets/${hashedPath(path, sum(bytes))}`, as);
    return { path, length: bytes.length, sha256: sum(bytes) };
  };
  const [file] = manifest.files;
  if (file === undefined) throw new Error('a release has a file');
  serve(file.path, fresh);
  const options = { boot: 'one', backoff: { minMs: 1, maxMs: 2 }, tries: 2, isConsistent: true };
  const fetching = new Fetching({
    ...{ staging, log: silentLog, pace: () => ({}) },
    downloader: createDownloader({ base: `http://127.0.0.1:${port}/targets/`, ...options }),
  });
  return {
    ...{ staging, serve, asked, sent: () => sent },
    delta: (name: string, from: Uint8Array, bytes: Uint8Array, as?: Uint8Array): ReleaseDelta => ({
      ...serve(`app/2.0.0/${name}`, bytes, as),
      ...{ from: sum(from), to: file.sha256 },
    }),
    async take(deltas: readonly ReleaseDelta[]) {
      const figures = new Map<string, number>();
      const whole: ReleaseManifest = { ...manifest, deltas };
      await fetching.take(whole, file, new AbortController().signal, figures);
      expect(await staging.verify(file)).toBe(true);
      return figures.get('bytes_fetched');
    },
    again: () => rm(staging.pathOf(file.sha256)),
    installed: (bytes: Uint8Array) => writeFile(staging.pathOf(sum(old)), bytes),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const small = gzipSync(encodeDelta(old, fresh));
const packed = gzipSync(encodeDelta(nothing, fresh));

it('takes the delta from what is installed, and leaves none of it behind', async () => {
  await using it = await world();
  await it.installed(old);
  const deltas = [it.delta('gz', nothing, packed), it.delta('small', old, small)];
  expect(deltas[0]?.from).toBe(EMPTY_SHA256);
  expect(await it.take(deltas)).toBe(small.length);
  expect(small.length).toBeLessThan(fresh.length / 100);
  expect((await it.staging.whole()).size).toBe(2);
});

it('takes the compressed file where nothing is installed, or another file than was', async () => {
  await using it = await world();
  const deltas = [it.delta('gz', nothing, packed), it.delta('small', old, small)];
  expect(await it.take(deltas)).toBe(packed.length);
  expect(packed.length).toBeLessThan(fresh.length * 0.6);
  await it.again();
  await it.installed(Buffer.alloc(old.length));
  expect(await it.take(deltas)).toBe(packed.length);
});

it('goes on with the next where a delta is missing, and with the whole file at last', async () => {
  await using it = await world();
  await it.installed(old);
  const lost = { ...it.delta('lost', old, small), path: 'app/2.0.0/nowhere' };
  expect(await it.take([lost, it.delta('gz', nothing, packed)])).toBe(packed.length);
  await it.again();
  expect(await it.take([lost])).toBe(fresh.length);
  expect(it.asked.filter((url) => url.endsWith('nowhere'))).toHaveLength(1);
});

it('refuses a bomb, a delta that makes something else, and bytes that are not signed', async () => {
  const bomb = gzipSync(Buffer.concat([encodeDelta(old, fresh), Buffer.alloc(8_000_000)]));
  const other = gzipSync(encodeDelta(old, Buffer.from(fresh).fill(1, 0, 100)));
  for (const bytes of [bomb, other]) {
    await using it = await world();
    await it.installed(old);
    const bad = it.delta('bad', old, bytes);
    expect(await it.take([bad])).toBe(fresh.length + bytes.length);
    // It is known from then on.
    await it.again();
    expect(await it.take([bad])).toBe(fresh.length);
  }
  await using it = await world();
  await it.installed(old);
  const swapped = it.delta('swapped', old, small, Buffer.alloc(small.length));
  expect(await it.take([swapped])).toBe(fresh.length);
  expect(it.sent()).toBeLessThan(fresh.length * 1.01);
});

it('waits with what has come when the server is away, and does not take the whole file then', async () => {
  await using it = await world();
  await it.installed(old);
  const delta = it.delta('small', old, small);
  const held = `${it.staging.pathOf(delta.sha256)}.part`;
  await writeFile(held, small.subarray(0, 20));
  await writeFile(`${held}.json`, JSON.stringify({ synced: 20, boot: 'one' }));
  const away = new Fetching({
    ...{ staging: it.staging, log: silentLog, pace: () => ({}) },
    downloader: createDownloader({
      ...{ base: 'http://127.0.0.1:9/', boot: 'one', tries: 1, backoff: { minMs: 1, maxMs: 1 } },
    }),
  });
  const { manifest } = madeOf('app', '2.0.0', { kind: 'archive', options: {} }, fresh);
  const [file] = manifest.files;
  if (file === undefined) throw new Error('a release has a file');
  const signal = new AbortController().signal;
  await expect(
    away.take({ ...manifest, deltas: [delta] }, file, signal, new Map()),
  ).rejects.toMatchObject({ code: 'offline' });
  expect(await it.staging.held(delta.sha256)).toBe(20);
  expect(await it.staging.held(file.sha256)).toBe(0);
});
