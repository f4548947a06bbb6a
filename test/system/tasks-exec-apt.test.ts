import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { securityUpdatesTask } from '../../agent/tasks/security-updates.ts';
import { AptWorld } from '../support/tasks-exec/apt-world.ts';
import { problemsOf, runTask } from '../support/tasks-exec/context.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

const PROGRAMS = ['apt-get', 'dpkg-deb', 'dpkg-scanpackages', 'apt-ftparchive'];
const isPossible = process.getuid?.() === 0 && PROGRAMS.every(isThere);

function isThere(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!isPossible)('an apt of its own (needs root, apt and dpkg-dev)', () => {
  let temp: TempFolder;
  let world: AptWorld;

  beforeEach(async () => {
    temp = await tempFolder('apt');
    mkdirSync(join(temp.path, 'data'));
    world = new AptWorld(temp.path);
    await world.start();
    world.install([
      { name: 'foo', version: '1.0', files: { '/etc/foo.conf': 'same\n', '/usr/foo': 'old' } },
      { name: 'bar', version: '1.0', files: { '/etc/bar.conf': 'old\n' } },
      { name: 'baz', version: '1.0', files: { '/etc/baz.conf': 'same\n' } },
      { name: 'qux', version: '1.0' },
      { name: 'left', version: '1.0' },
      { name: 'needs-bar', version: '1.0' },
      { name: 'linux-image-test', version: '1.0' },
    ]);
    writeFileSync(join(world.root, 'etc/bar.conf'), 'mine\n');
    writeFileSync(join(world.root, 'etc/baz.conf'), 'mine\n');
    world.publish('main', 'Debian', 'stable', [
      { name: 'qux', version: '2.0' },
      { name: 'foo', version: '1.0' },
    ]);
    world.publish('security', 'Debian-Security', 'stable-security', [
      { name: 'foo', version: '1:1.1', files: { '/etc/foo.conf': 'same\n', '/usr/foo': 'new' } },
      { name: 'bar', version: '1.1', files: { '/etc/bar.conf': 'new\n' } },
      { name: 'baz', version: '1.1', files: { '/etc/baz.conf': 'same\n' } },
      { name: 'left', version: '1.1' },
      { name: 'needs-bar', version: '1.1', depends: 'bar (>= 1.1)' },
      { name: 'linux-image-test', version: '1.1', depends: 'linux-extra' },
      { name: 'linux-extra', version: '1.1' },
    ]);
  });

  afterEach(async () => {
    await world.stop();
    await temp[Symbol.asyncDispose]();
  });

  const upgrade = (written: object = {}, more: object = {}) =>
    runTask(
      securityUpdatesTask,
      { aptConfig: world.aptConfig, exclude: ['left'], ...written },
      { data: join(temp.path, 'data'), ...more },
    );

  it('upgrades what the security archive has, holds what would ask, and says from and to', async () => {
    const outcome = await upgrade();
    expect(outcome.text).toBe('upgraded 3 packages; 2 held; a reboot is needed');
    expect(outcome).toMatchObject({
      ok: true,
      figures: { packages_upgraded: 3, packages_held: 2, reboot_needed: 1 },
    });
    expect([...outcome.changes].sort()).toEqual([
      'baz 1.0 -> 1.1',
      'foo 1.0 -> 1:1.1',
      'held: bar 1.0 -> 1.1: it would ask about /etc/bar.conf',
      'held: needs-bar 1.0 -> 1.1: it would take bar along, which is left alone',
      'linux-image-test 1.0 -> 1.1',
    ]);
    expect(world.versions()).toEqual({
      foo: '1:1.1',
      bar: '1.0',
      baz: '1.1',
      qux: '1.0',
      left: '1.0',
      'needs-bar': '1.0',
      'linux-image-test': '1.1',
      'linux-extra': '1.1',
    });
    expect(readFileSync(join(world.root, 'usr/foo'), 'utf8')).toBe('new');
    expect(readFileSync(join(world.root, 'etc/baz.conf'), 'utf8')).toBe('mine\n');
    expect(existsSync(join(temp.path, 'data/upkeep/test.unpacked'))).toBe(false);
    const again = await upgrade();
    expect(again.figures).toMatchObject({ packages_upgraded: 0, packages_held: 2 });
  });

  it('keep-mine upgrades these too, and the file stays', async () => {
    const outcome = await upgrade({ changedConffiles: 'keep-mine' });
    expect(outcome.figures).toMatchObject({ packages_upgraded: 5, packages_held: 0 });
    expect(world.versions()).toMatchObject({ bar: '1.1', 'needs-bar': '1.1', left: '1.0' });
    expect(readFileSync(join(world.root, 'etc/bar.conf'), 'utf8')).toBe('mine\n');
  });

  it('a dry run and a low limit download and change nothing', async () => {
    const before = world.versions();
    const blind = await upgrade({}, { dryRun: true });
    expect(blind.figures['packages_upgraded']).toBe(0);
    expect(world.asked).toEqual([]);
    const little = await upgrade({ maxDownload: '1B' });
    expect(little).toMatchObject({ ok: false, permanent: true });
    const told = await upgrade({}, { dryRun: true });
    expect(told.text).toContain('would upgrade 5 packages');
    expect(told.changes).toContain('foo 1.0 -> 1:1.1');
    expect(world.versions()).toEqual(before);
    expect(world.asked.filter((path) => path.endsWith('.deb'))).toEqual([]);
  });

  it('a package that fails is told, the others are upgraded, the next run mends it', async () => {
    world.publish('security', 'Debian-Security', 'stable-security', [
      { name: 'foo', version: '1:1.2', scripts: { postinst: '#!/bin/sh\nexit 1\n' } },
    ]);
    const outcome = await upgrade();
    expect(outcome.ok).toBe(false);
    expect(outcome.text).toContain('foo: apt-get ended with 100');
    expect(world.versions()).toMatchObject({ foo: '1:1.2 half-configured', baz: '1.1' });
    const script = join(world.root, 'var/lib/dpkg/info/foo.postinst');
    writeFileSync(script, '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    const printed: string[] = [];
    expect((await upgrade({}, { printed })).ok).toBe(true);
    expect(printed).toContain('finished what was interrupted');
    expect(world.versions()).toMatchObject({ foo: '1:1.2' });
  });

  it('an archive that is away fails, and nothing is changed', async () => {
    const before = world.versions();
    await world.stop();
    await expect(upgrade()).rejects.toThrow('apt-get ended with 100');
    expect(world.versions()).toEqual(before);
  });

  it('an abort leaves whole packages', async () => {
    const stop = new AbortController();
    const print = (line: string) => {
      if (line.startsWith('Unpacking')) stop.abort();
    };
    const outcome = await upgrade({}, { signal: stop.signal, print });
    expect(outcome).toMatchObject({ ok: false, figures: { packages_upgraded: 1 } });
    const versions = Object.values(world.versions());
    expect(versions.filter((version) => version.includes(' '))).toEqual([]);
    expect(versions.filter((version) => version.endsWith('1.1')).length).toBeLessThan(3);
  });

  it('other origins, if they are named', async () => {
    const outcome = await upgrade({ origins: ['Debian:12/stable'] });
    expect(outcome.changes).toEqual(['qux 1.0 -> 2.0']);
    expect(readdirSync(join(world.root, 'var/lib/dpkg/updates'))).toEqual([]);
  });
});

it.each([
  [{ aptConfig: 'relative' }, 'aptConfig'],
  [{ origins: ['['] }, 'origins'],
  [{ exclude: ['\\'] }, 'exclude'],
  [{ changedConffiles: 'ask' }, 'changedConffiles'],
  [{ maxDownload: 'much' }, 'maxDownload'],
])('refuses %j', (written, message) => {
  expect(problemsOf(securityUpdatesTask, written).join()).toContain(message);
});
