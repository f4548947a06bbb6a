/** What is counted of downloads: what was sent, whole or in part, and nothing else. */
import { join } from 'node:path';
import { type FastifyInstance, fastify } from 'fastify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createMetrics, type Metrics } from '../../collector/core/metrics.ts';
import { refusals } from '../../collector/io/http/refusals.ts';
import { releases } from '../../collector/io/http/releases.ts';
import { openDirector } from '../../collector/io/releases/director.ts';
import { ReleaseFolder } from '../../collector/io/releases/folder.ts';
import { openReleaseShelf } from '../../collector/io/releases/shelf.ts';
import { downloadMetrics } from '../../collector/work/rollouts/metrics.ts';
import { hashedPath } from '../../protocol/tuf/paths.ts';
import { Repository } from '../support/rollouts/repository.ts';
import { silentLog } from '../support/silent-log.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

let folder: TempFolder;
let app: FastifyInstance;
let metrics: Metrics;
let url: string;

beforeEach(async () => {
  folder = await tempFolder('downloads');
  const repository = await Repository.make(join(folder.path, 'releases'), folder.path);
  await repository.add('app', '1.0.0', { all: '0123456789' });
  await repository.publish();
  const shelf = openReleaseShelf(new ReleaseFolder(repository.path));
  const [listed] = await shelf.published();
  const [file] = listed?.manifest.files ?? [];
  url = `/releases/targets/${hashedPath(file?.path ?? '', file?.sha256 ?? '')}`;
  const director = await openDirector(join(folder.path, 'director'), {
    now: Date.now,
    assigned: () => [],
    seen: () => 0,
  });
  metrics = createMetrics();
  app = fastify();
  refusals(app, silentLog);
  void app.register(
    releases({ shelf, director, inUse: () => [], downloads: downloadMetrics(metrics) }),
  );
});

afterEach(async () => {
  await app.close();
  await folder[Symbol.asyncDispose]();
});

function counted(): readonly number[] {
  const value = (name: string) =>
    Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(metrics.text())?.[1]);
  return [value('muster_release_downloads_total'), value('muster_release_download_bytes_total')];
}

it('counts requests that were served and the bytes that were sent', async () => {
  expect(counted()).toEqual([0, 0]);
  const whole = await app.inject({ url });
  expect(whole.body).toBe('0123456789');
  expect(counted()).toEqual([1, 10]);
  const part = await app.inject({ url, headers: { range: 'bytes=4-6' } });
  expect([part.statusCode, part.body]).toEqual([206, '456']);
  expect(counted()).toEqual([2, 13]);
});

it('counts nothing where nothing is sent', async () => {
  const { etag = '' } = (await app.inject({ url })).headers;
  const before = counted();
  const answers = [
    await app.inject({ url, headers: { 'if-none-match': etag } }),
    await app.inject({ url, headers: { range: 'bytes=10-' } }),
    await app.inject({ url: `${url}x` }),
    await app.inject({ url: '/releases/metadata/timestamp.json' }),
  ];
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([304, 416, 404, 200]);
  const head = await app.inject({ url, method: 'HEAD' });
  expect([head.statusCode, head.headers['content-length'], head.body]).toEqual([200, '10', '']);
  expect(counted()).toEqual(before);
});
