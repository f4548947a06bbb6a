import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backupTask } from '../../agent/tasks/backup.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { problemsOf, runTask } from '../support/tasks-exec/context.ts';
import { onDisk, type TempFolder } from '../support/temp-folder.ts';

const LONG = `${'long-'.repeat(50)}name`;

let temp: TempFolder;
let source: string;
let clock: FakeClock;

beforeEach(async () => {
  temp = await onDisk('backup');
  source = join(temp.path, 'source');
  mkdirSync(join(temp.path, 'data'));
  mkdirSync(join(source, 'sub/empty'), { recursive: true });
  writeFileSync(join(source, 'a.txt'), 'hello\n');
  writeFileSync(join(source, 'sub/größe'), 'x'.repeat(512));
  writeFileSync(join(source, 'none'), '');
  writeFileSync(join(source, LONG), 'long');
  writeFileSync(join(source, 'cache'), 'left out');
  writeFileSync(Buffer.concat([Buffer.from(`${source}/`), Buffer.from([0xff])]), 'bytes');
  chmodSync(join(source, 'a.txt'), 0o640);
  symlinkSync('../a.txt', join(source, 'sub/link'));
  symlinkSync('/etc', join(source, 'outside'));
  clock = new FakeClock(0, Date.UTC(2026, 10, 21, 3));
});

afterEach(() => temp[Symbol.asyncDispose]());

const backup = (written: object, more: object = {}) =>
  runTask(
    backupTask,
    { paths: [source], exclude: ['**/cache'], ...written },
    { clock, name: 'save', data: join(temp.path, 'data'), ...more },
  );

describe('a local folder', () => {
  it('gets an archive that tar unpacks to the same tree', async () => {
    const folder = join(temp.path, 'to');
    const outcome = await backup({ folder });
    const path = join(folder, 'save-20261121T030000Z.tar.gz');
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
    expect(outcome).toMatchObject({ ok: true, figures: { files: 5, files_skipped: 0 } });
    expect(outcome.text).toContain(sha256);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const out = join(temp.path, 'out');
    mkdirSync(out);
    const said = execFileSync('tar', ['-xzpf', path, '-C', out], { stdio: 'pipe' }).toString();
    expect(said).toBe('');
    const unpacked = join(out, source.slice(1));
    execFileSync('rm', [join(source, 'cache')]);
    execFileSync('diff', ['--recursive', '--no-dereference', source, unpacked]);
    expect(statSync(join(unpacked, 'a.txt')).mode & 0o777).toBe(0o640);
    expect(statSync(join(unpacked, 'a.txt')).mtime.getTime()).toBe(
      Math.floor(statSync(join(source, 'a.txt')).mtimeMs / 1000) * 1000,
    );
    expect(readlinkSync(join(unpacked, 'outside'))).toBe('/etc');
  });

  it('keeps so many of its own, and touches no others', async () => {
    const folder = join(temp.path, 'to');
    mkdirSync(folder);
    const others = ['save-notes.txt', 'save2-20200101T000000Z.tar.gz', 'zz'];
    for (const name of others) writeFileSync(join(folder, name), '');
    for (let round = 0; round < 4; round += 1) {
      await backup({ folder, keep: 2 });
      await clock.advance(3_600_000);
    }
    const own = ['save-20261121T050000Z.tar.gz', 'save-20261121T060000Z.tar.gz'];
    expect(readdirSync(folder).sort()).toEqual([...own, ...others].sort());
  });

  it('a failure leaves no archive, and none that was there goes', async () => {
    const folder = join(temp.path, 'to');
    await backup({ folder, keep: 1 });
    await clock.advance(1000);
    await expect(backup({ folder, keep: 1, maxBytes: '10B' })).rejects.toThrow('maxBytes');
    const gone = [source, join(temp.path, 'gone')];
    await expect(backup({ folder, paths: gone })).rejects.toThrow('gone');
    await expect(backup({ folder }, { signal: AbortSignal.abort() })).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(['save-20261121T030000Z.tar.gz']);
  });

  it('a file that becomes shorter while it is read harms no other', async () => {
    const big = join(source, 'big');
    writeFileSync(big, 'x'.repeat(40_000_000));
    const folder = join(temp.path, 'to');
    const printed: string[] = [];
    const under = backup({ folder }, { printed });
    const partial = join(folder, 'save-20261121T030000Z.tar.gz.partial');
    while (!existsSync(partial) || statSync(partial).size === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    truncateSync(big, 10);
    expect((await under).ok).toBe(true);
    const path = join(folder, 'save-20261121T030000Z.tar.gz');
    expect(execFileSync('tar', ['-tzf', path], { stdio: 'pipe' }).toString()).toContain('a.txt');
  });

  it('a dry run counts and writes nothing', async () => {
    const outcome = await backup({ folder: join(temp.path, 'to') }, { dryRun: true });
    expect(outcome).toMatchObject({ ok: true, figures: { files: 5 } });
    expect(existsSync(join(temp.path, 'to'))).toBe(false);
  });
});

describe('a server', () => {
  let server: Server;
  let url: string;
  let status: number;
  let got: { method: string; path: string; headers: IncomingHttpHeaders; body: Buffer }[];

  beforeEach(async () => {
    got = [];
    status = 201;
    server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.once('end', () => {
        const { method = '', url: path = '', headers } = request;
        got.push({ method, path, headers, body: Buffer.concat(pieces) });
        response.writeHead(status).end(status === 201 ? '' : 'no room');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('gets it with its digest, at the collector or at a URL', async () => {
    const outcome = await backup({}, { collectorUrl: `${url}/` });
    expect(outcome.ok).toBe(true);
    await backup({ url: `${url}/base` });
    const [first, second] = got;
    if (first === undefined) throw new Error('nothing came');
    expect(first.method).toBe('PUT');
    expect(first.path).toBe('/api/muster/v1/backups/device-1/save/20261121T030000Z.tar.gz');
    expect(second?.path).toBe('/base/device-1/save/20261121T030000Z.tar.gz');
    const digest = createHash('sha256').update(first.body).digest('base64');
    expect(first.headers['content-digest']).toBe(`sha-256=:${digest}:`);
    expect(first.headers['content-length']).toBe(String(first.body.length));
    expect(readdirSync(join(temp.path, 'data/upkeep'))).toEqual([]);
  });

  it('a refusal is told, and whether another try may help', async () => {
    status = 507;
    const full = await backup({ url });
    expect(full).toMatchObject({ ok: false });
    expect(full.text).toContain('507: no room');
    expect(full.permanent).toBeUndefined();
    status = 403;
    expect(await backup({ url })).toMatchObject({ ok: false, permanent: true });
    expect(readdirSync(join(temp.path, 'data/upkeep'))).toEqual([]);
    await expect(backup({ url: 'http://127.0.0.1:1' })).rejects.toThrow('127.0.0.1:1');
    expect(await backup({})).toMatchObject({ ok: false, permanent: true });
  });
});

it.each([
  [{ paths: [] }, 'paths'],
  [{ paths: ['relative'] }, 'paths'],
  [{ paths: ['/'] }, '/ itself'],
  [{ paths: ['/a/../b'] }, '".."'],
  [{ paths: ['/proc/1'] }, '/proc'],
  [{ paths: ['/a'], folder: '/a/backups' }, 'folder'],
  [{ paths: ['/a'], folder: '/b', url: 'http://x' }, 'url'],
  [{ paths: ['/a'], url: 'ftp://x' }, 'url'],
  [{ paths: ['/a'], url: 'https://u:p@x/' }, 'login'],
  [{ paths: ['/a'], exclude: ['../x'] }, '".."'],
  [{ paths: ['/a'], keep: 0 }, 'keep'],
])('refuses %j', (written, message) => {
  expect(problemsOf(backupTask, written).join()).toContain(message);
});
