/** Feeds and backups over a real server: what is kept is whole, and only what it should be. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { fastify } from 'fastify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { arriveInTime } from '../../collector/io/http/arrival.ts';
import { DEFAULT_LIMITS } from '../../collector/io/http/deps.ts';
import { refusals } from '../../collector/io/http/refusals.ts';
import { shelves } from '../../collector/io/http/shelves.ts';
import { openBackups } from '../../collector/io/shelves/backups.ts';
import { openFeeds } from '../../collector/io/shelves/feeds.ts';
import { silentLog } from '../support/silent-log.ts';
import { tempFolder } from '../support/temp-folder.ts';

const API = '/api/muster/v1';
let folder = '';
let base = '';
let close: () => Promise<void> = async () => undefined;

const digestOf = (bytes: Uint8Array) =>
  `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`;

beforeEach(async () => {
  const temporary = await tempFolder('shelves');
  folder = temporary.path;
  const app = fastify({ bodyLimit: 1_024, forceCloseConnections: true });
  arriveInTime(app, DEFAULT_LIMITS);
  refusals(app, silentLog);
  const limits = () => ({ maxBytes: 4_000_000, keep: 2 });
  const backups = openBackups(join(folder, 'backups'), limits);
  void app.register(shelves({ feeds: openFeeds(join(folder, 'feeds')), backups }));
  base = await app.listen({ host: '127.0.0.1', port: 0 });
  close = async () => {
    await app.close();
    await temporary[Symbol.asyncDispose]();
  };
});

afterEach(() => close());

const put = (path: string, body: Uint8Array, headers: Record<string, string> = {}) =>
  fetch(base + API + path, {
    method: 'PUT',
    body: body as Uint8Array<ArrayBuffer>,
    headers: { 'content-type': 'application/gzip', ...headers },
  });

it('keeps a backup that is larger than any other body, and gives it back', async () => {
  const bytes = randomBytes(3_000_000);
  const place = '/backups/press-17/config/2026-11-21.tar.gz';
  const left = await put(place, bytes, { 'content-digest': digestOf(bytes) });
  expect(left.status).toBe(201);
  const got = await fetch(base + API + place);
  expect(Buffer.from(await got.arrayBuffer()).equals(bytes)).toBe(true);
  expect(got.headers.get('content-digest')).toBe(digestOf(bytes));
});

it('keeps nothing of what arrived damaged, cut off or too large', async () => {
  const bytes = randomBytes(10_000);
  const wrong = await put('/backups/press-17/config/a.tar.gz', bytes, {
    'content-digest': digestOf(randomBytes(3)),
  });
  expect(wrong.status).toBe(400);
  expect(await wrong.json()).toMatchObject({ code: 'bad-request' });
  expect((await put('/backups/press-17/config/b.tar.gz', randomBytes(5_000_000))).status).toBe(413);
  expect(
    (await put('/backups/press-17/config/c', bytes, { 'content-digest': 'nonsense' })).status,
  ).toBe(400);
  await new Promise<void>((resolve) => {
    const { hostname, port } = new URL(base);
    const path = `${API}/backups/press-17/config/d.tar.gz`;
    const half = request({
      hostname,
      port,
      path,
      method: 'PUT',
      headers: { 'content-length': '100000', 'content-type': 'x/y' },
    });
    half.on('error', () => resolve());
    half.write(bytes, () => half.destroy());
  });
  await expect.poll(async () => readdir(join(folder, 'backups', 'press-17', 'config'))).toEqual([]);
});

it.each([
  '/backups/Press/config/a.tar.gz',
  '/backups/press-17/config/..%2f..%2fx',
  '/backups/press-17/%2e%2e/a',
  '/backups/press-17/config/.hidden',
  '/feeds/..%2fx',
  '/feeds/.draft-x',
])('refuses the place %s', async (path) => {
  const answer = await put(path, randomBytes(3));
  expect([400, 404]).toContain(answer.status);
  expect(await readdir(folder)).toEqual([]);
});

it('drops the oldest above the number kept', async () => {
  for (const name of ['1', '2', '3'])
    await put(`/backups/press-17/config/${name}.tar.gz`, randomBytes(10));
  await put('/backups/press-17/other/1.tar.gz', randomBytes(10));
  const answer = await fetch(`${base}${API}/backups?device=press-17`);
  const { backups } = (await answer.json()) as { backups: { name: string; file: string }[] };
  const files = backups.map(({ name, file }) => `${name}/${file}`).sort();
  expect(files).toEqual(['config/2.tar.gz', 'config/3.tar.gz', 'other/1.tar.gz']);
});

it('answers a feed once, and then that it has not changed until it has', async () => {
  await put('/feeds/debian-12.json.gz', randomBytes(100));
  const first = await fetch(`${base}${API}/feeds/debian-12.json.gz`);
  const etag = first.headers.get('etag') ?? '';
  expect(first.status).toBe(200);
  const again = () =>
    fetch(`${base}${API}/feeds/debian-12.json.gz`, { headers: { 'if-none-match': etag } });
  expect((await again()).status).toBe(304);
  await put('/feeds/debian-12.json.gz', randomBytes(101));
  expect((await again()).status).toBe(200);
});

it('also shows what people put into the folder, and takes away what they ask for', async () => {
  await mkdir(join(folder, 'feeds'));
  await writeFile(join(folder, 'feeds', 'own.json'), '[]');
  const list = await (await fetch(`${base}${API}/feeds`)).json();
  expect(list).toMatchObject({ feeds: [{ name: 'own.json', bytes: 2 }] });
  expect(await (await fetch(`${base}${API}/feeds/own.json`)).text()).toBe('[]');
  expect((await fetch(`${base}${API}/feeds/own.json`, { method: 'DELETE' })).status).toBe(204);
  expect((await fetch(`${base}${API}/feeds/own.json`)).status).toBe(404);
});
