/** What only the real host can get wrong: descriptors, threads, devices that come, go and hang. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type HostOptions, type OpenHost, openHost } from '../../agent/io/host.ts';
import { ThreadBudget } from '../../agent/io/thread-budget.ts';
import type { StatFs } from '../../agent/ports.ts';
import { writeTree } from '../support/write-tree.ts';

const ANSWER: StatFs = { sizeBytes: 9, freeBytes: 8, availBytes: 7, files: 6, filesFree: 5 };
let root: string;
let host: OpenHost;
const open = (options: HostOptions = {}) => openHost({ root, ...options });

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'muster-host-'));
  host = open();
});
afterEach(() => {
  host.close();
  rmSync(root, { recursive: true });
});

/** Ours alone: other tests run in the same process. */
function openDescriptors(): number {
  return readdirSync('/proc/self/fd').filter((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith(root);
    } catch {
      return false;
    }
  }).length;
}

test('a kernel file is opened once and tells what is new', () => {
  writeTree(root, { files: { 'proc/stat': 'one' } });
  expect(host.readNow('/proc/stat')).toBe('one\n');
  const before = openDescriptors();
  for (const text of ['two, longer', 'three', '']) {
    writeFileSync(join(root, 'proc/stat'), text);
    expect(host.readNow('/proc/stat')).toBe(text);
  }
  expect(openDescriptors()).toBe(before);
});

test('descriptors are capped, those of passing processes are not kept, close gives all back', () => {
  host.close();
  const before = openDescriptors();
  const small = open({ mostOpen: 3 });
  const files = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`sys/${at}`, at]));
  writeTree(root, { files: { ...files, 'proc/77/stat': 'S', 'proc/1/stat': 'S' } });
  expect(small.readNow('/proc/77/stat')).toBe('S\n');
  expect(openDescriptors()).toBe(before);
  expect(small.readNow('/proc/1/stat')).toBe('S\n');
  expect(openDescriptors()).toBe(before + 1);
  for (let round = 0; round < 2; round += 1) {
    for (let at = 0; at < 9; at += 1) expect(small.readNow(`/sys/${at}`)).toBe(`${at}\n`);
  }
  expect(openDescriptors()).toBe(before + 3);
  small.close();
  expect(openDescriptors()).toBe(before);
});

test('a table that the kernel hands out in pieces comes whole', () => {
  const live = openHost();
  const lines = live.readNow('/proc/self/smaps')?.trimEnd().split('\n') ?? [];
  expect(lines.length).toBeGreaterThan(1000);
  expect(lines.at(-1)).toMatch(/^VmFlags:/);
  live.close();
});

test('a file larger than the buffer comes whole, up to a bound', () => {
  const large = 'x'.repeat(300_000);
  writeTree(root, { files: { 'proc/large': large, 'proc/huge': 'x'.repeat(9 * 1024 * 1024) } });
  expect(host.readNow('/proc/large')).toBe(`${large}\n`);
  expect(host.readNow('/proc/huge')).toBeUndefined();
  expect(host.readNow('/proc/large')).toBe(`${large}\n`);
});

test('what went away is not there, and what came back under its name is found', async () => {
  const [first, second] = [spawn('sleep', ['60']), spawn('sleep', ['60'])];
  const place = join(root, 'process');
  symlinkSync(`/proc/${first.pid}`, place);
  const device = openHost({ root: place });
  expect(device.readNow('/stat')).toContain(`${first.pid} (sleep)`);
  first.kill();
  await once(first, 'exit');
  expect(device.readNow('/stat')).toBeUndefined();
  rmSync(place);
  symlinkSync(`/proc/${second.pid}`, place);
  expect(device.readNow('/stat')).toContain(`${second.pid} (sleep)`);
  device.close();
  second.kill();
});

test('a file that was replaced is read anew when read off the main thread', async () => {
  writeTree(root, { files: { 'srv/a.prom': 'old', 'srv/b': 'new' } });
  expect(await host.read('/srv/a.prom')).toBe('old\n');
  renameSync(join(root, 'srv/b'), join(root, 'srv/a.prom'));
  expect(await host.read('/srv/a.prom')).toBe('new\n');
});

test('a pipe in the way does not hold a thread', async () => {
  execFileSync('/usr/bin/mkfifo', [join(root, 'pipe.prom')]);
  expect(await host.read('/pipe.prom')).toBe('');
});

test('a large file is read whole', async () => {
  const text = 'metric 1\n'.repeat(20_000);
  writeTree(root, { files: { 'a.prom': text.trimEnd() } });
  expect(await host.read('/a.prom')).toBe(text);
});

test('a mount that hangs answers pending, is asked once, and delays no other', async () => {
  const asked: string[] = [];
  let revive: (answer: StatFs) => void = () => {};
  const hanging = open({
    patienceMs: 50,
    statfs(path) {
      asked.push(path.slice(root.length));
      if (!path.endsWith('/dead')) return Promise.resolve(ANSWER);
      return new Promise((resolve) => {
        revive = resolve;
      });
    },
  });
  expect(await Promise.all([hanging.statfs('/dead'), hanging.statfs('/')])).toEqual([
    'pending',
    ANSWER,
  ]);
  expect(await hanging.statfs('/dead')).toBe('pending');
  expect(await hanging.statfs('/')).toEqual(ANSWER);
  expect(asked.filter((path) => path === '/dead')).toHaveLength(1);
  revive(ANSWER);
  await sleep(0);
  expect(await Promise.race([hanging.statfs('/dead'), sleep(20, 'asked again')])).toBe(
    'asked again',
  );
  expect(asked.filter((path) => path === '/dead')).toHaveLength(2);
});

test('two mounts that hang leave files their threads, and answer pending for all others', async () => {
  const hanging = open({ patienceMs: 20, statfs: () => new Promise(() => {}) });
  writeTree(root, { files: { 'sys/a': 1 } });
  const answers = ['/a', '/b', '/c'].map((path) => hanging.statfs(path));
  expect(await Promise.all(answers)).toEqual(['pending', 'pending', 'pending']);
  expect(await hanging.read('/sys/a')).toBe('1\n');
});

test('a mount that fails late is nobody’s unhandled rejection', async () => {
  const failing = open({
    patienceMs: 5,
    statfs: () => sleep(20).then(() => Promise.reject(new Error('late'))),
  });
  expect(await failing.statfs('/a')).toBe('pending');
  await sleep(40);
});

test('at most two calls of a kind and three in all; what waits is started in order', async () => {
  const budget = new ThreadBudget();
  const started: string[] = [];
  const finish = new Map<string, () => void>();
  const run = (kind: 'file' | 'statfs', name: string) =>
    budget.run(kind, () => {
      started.push(name);
      return new Promise<void>((resolve) => finish.set(name, resolve));
    });
  const all = [
    run('file', 'f1'),
    run('file', 'f2'),
    run('file', 'f3'),
    run('statfs', 's1'),
    run('statfs', 's2'),
  ];
  expect(started).toEqual(['f1', 'f2', 's1']);
  finish.get('s1')?.();
  await all[3];
  await sleep(0);
  expect(started).toEqual(['f1', 'f2', 's1', 's2']);
  finish.get('f1')?.();
  await all[0];
  await sleep(0);
  expect(started).toEqual(['f1', 'f2', 's1', 's2', 'f3']);
});

test('a file that is being read is not asked for twice', async () => {
  writeTree(root, { files: { 'sys/a': 1 } });
  expect(host.read('/sys/a')).toBe(host.read('/sys/a'));
  expect(await host.read('/sys/a')).toBe('1\n');
});
