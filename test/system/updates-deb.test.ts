/** The installer of Debian packages with the dpkg of this machine. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { installers } from '../../agent/installers/index.ts';
import type { InstallContext, Installer, InstallJob } from '../../agent/installers/installer.ts';
import { createRunner } from '../../agent/io/runner.ts';
import { createDisk } from '../../agent/io/updates/disk.ts';
import { readMachine } from '../../agent/io/updates/machine.ts';
import { check } from '../../protocol/config/check.ts';
import { debOf, dpkg, purge, type Spec, statusOf } from '../support/helper/debian.ts';
import { builtHelper, DEVICE, helperDevice } from '../support/helper/device.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

const isRoot = process.getuid?.() === 0;
const isMissing = spawnSync('dpkg-deb', ['--version']).error !== undefined;
const why = isMissing ? ' (skipped: no dpkg-deb)' : isRoot ? '' : ' (skipped: not root)';

const NAME = 'muster-test-tool';
const SHARE = `usr/share/${NAME}/text`;
const CONF = `/etc/${NAME}.conf`;

type Deb = Awaited<ReturnType<typeof debOf>>;

describe.skipIf(why !== '')(`dpkg${why}`, () => {
  let temp: TempFolder;
  let deb: Installer;
  let context: InstallContext;
  const printed: string[] = [];
  const restarted: string[] = [];
  const at = (name: string) => join(temp.path, name);

  beforeAll(async () => {
    temp = await tempFolder('deb');
    deb = await installers.deb();
    context = {
      ...{ disk: createDisk(), runner: createRunner({ killAfterMs: 500 }) },
      ...{ machine: await readMachine(), signal: new AbortController().signal },
      units: {
        restart: async (unit) => void restarted.push(unit),
        state: () => Promise.reject(new Error('nobody asks')),
      },
      print: (line) => void printed.push(line),
    };
  });
  afterEach(async () => {
    await rm(at('hold'), { force: true });
    await purge(NAME);
    printed.length = 0;
    restarted.length = 0;
  });
  afterAll(() => temp[Symbol.asyncDispose]());

  const made = (version: string, more: Partial<Spec> = {}): Promise<Deb> =>
    debOf(temp.path, { name: NAME, version, files: { [SHARE]: version }, ...more });
  const version = ({ manifest, path }: Deb) => {
    const [file] = manifest.files;
    if (file === undefined) throw new Error('a release without a file');
    return { manifest, file, path };
  };
  const job = (to: Deb, from?: Deb): InstallJob => ({
    to: version(to),
    options: check(deb.schema, to.manifest.installer.options).value,
    ...(from && { from: version(from), fromOptions: {} }),
  });
  const text = () => readFile(`/${SHARE}`, 'utf8').catch(() => 'nothing');
  const moved = async (to: Deb, from?: Deb) => {
    await deb.install(job(to, from), context);
    await deb.switch(job(to, from), context);
    await deb.keep(job(to, from), context);
  };
  /** Stops in its script for as long as the file is there. */
  const holding = () =>
    `echo here > ${at('reached')}; while [ -e ${at('hold')} ]; do sleep 0.05; done`;

  test('installs, updates, and says what is there', async () => {
    const [one, two] = [
      await made('1.0'),
      await made('2.0', { options: { unit: 'tool.service' } }),
    ];
    expect(await deb.present(job(one), context)).toEqual({ isRunning: false, slot: '' });
    await moved(one);
    expect([statusOf(NAME), await text()]).toEqual(['installed 1.0', '1.0']);
    expect(await deb.present(job(one), context)).toEqual({ isRunning: true, slot: '1.0' });
    await moved(two, one);
    expect([statusOf(NAME), await text()]).toEqual(['installed 2.0', '2.0']);
    expect(await deb.present(job(one), context)).toEqual({ isRunning: false, slot: '2.0' });
    expect(restarted).toEqual(['tool.service']);
    // Every step may be repeated.
    await moved(two, one);
    expect(statusOf(NAME)).toBe('installed 2.0');
  });

  test('goes back from a version whose postinst fails', async () => {
    const one = await made('1.0');
    const two = await made('2.0', { scripts: { postinst: 'echo no tool here >&2; exit 7' } });
    await moved(one);
    await deb.install(job(two, one), context);
    await expect(deb.switch(job(two, one), context)).rejects.toMatchObject({
      code: 'switch-failed',
      message: expect.stringMatching(/no tool here.*exit status 7/) as string,
    });
    expect(statusOf(NAME)).toBe('half-configured 2.0');
    expect((await deb.present(job(two), context)).isRunning).toBe(false);
    await deb.undo(job(two, one), context);
    await deb.undo(job(two, one), context);
    expect([statusOf(NAME), await text()]).toEqual(['installed 1.0', '1.0']);
    expect(await deb.present(job(one), context)).toEqual({ isRunning: true, slot: '1.0' });
  });

  test.each(['preinst', 'postinst'])('removes a first version whose %s fails', async (script) => {
    const one = await made('1.0', { scripts: { [script]: 'exit 1' } });
    await deb.install(job(one), context);
    await expect(deb.switch(job(one), context)).rejects.toThrow('dpkg ended with 1');
    await deb.undo(job(one), context);
    await deb.undo(job(one), context);
    expect(statusOf(NAME)).not.toContain('installed 1.0');
    expect(await text()).toBe('nothing');
  });

  test('asks nobody about a file that a person changed', async () => {
    const conf = (of: string) => ({ files: { [CONF]: of, [SHARE]: of }, conffiles: [CONF] });
    const [one, two] = [await made('1.0', conf('one')), await made('2.0', conf('two'))];
    await moved(one);
    await writeFile(CONF, 'mine');
    await moved(two, one);
    expect(statusOf(NAME)).toBe('installed 2.0');
    expect(await readFile(CONF, 'utf8')).toBe('mine');
    await deb.undo(job(two, one), context);
    expect([await readFile(CONF, 'utf8'), await text()]).toEqual(['mine', 'one']);
  });

  test('touches nothing without a way back, unless the release says oneWay', async () => {
    const [one, two] = [await made('1.0'), await made('2.0')];
    await dpkg('--install', one.path);
    await expect(deb.install(job(two), context)).rejects.toMatchObject({ code: 'unsupported' });
    expect(statusOf(NAME)).toBe('installed 1.0');
    const oneWay = await made('2.0', { options: { oneWay: true } });
    await moved(oneWay);
    expect(statusOf(NAME)).toBe('installed 2.0');
    await expect(deb.undo(job(oneWay), context)).rejects.toMatchObject({
      code: 'roll-back-failed',
    });
    expect(statusOf(NAME)).toBe('installed 2.0');
  });

  test('refuses a file that is another package, or none', async () => {
    const other = await made('1.0', { options: { package: 'muster-test-other' } });
    await expect(deb.install(job(other), context)).rejects.toMatchObject({ code: 'bad-file' });
    const one = await made('1.0');
    await writeFile(one.path, 'no package');
    await expect(deb.install(job(one), context)).rejects.toMatchObject({ code: 'bad-file' });
  });

  test.each([
    ['preinst', 'switch'],
    ['preinst', 'undo'],
    ['postinst', 'switch'],
    ['postinst', 'undo'],
  ] as const)('cut off in %s, %s makes it whole', async (script, then) => {
    const one = await made('1.0');
    const two = await made('2.0', { scripts: { [script]: holding() } });
    await moved(one);
    await writeFile(at('hold'), '');
    await rm(at('reached'), { force: true });
    const cut = new AbortController();
    const switching = deb.switch(job(two, one), { ...context, signal: cut.signal });
    while ((await readFile(at('reached'), 'utf8').catch(() => '')) === '') await pause(10);
    cut.abort();
    await expect(switching).rejects.toThrow('dpkg');
    expect(statusOf(NAME)).not.toMatch(/^installed/);
    await rm(at('hold'));
    await deb[then](job(two, one), context);
    const whole = then === 'switch' ? '2.0' : '1.0';
    expect([statusOf(NAME), await text()]).toEqual([`installed ${whole}`, whole]);
  });

  test('waits for another program that has dpkg', async () => {
    const one = await made('1.0');
    const holder = await lockHolder();
    const switching = deb.switch(job(one), context);
    while (!printed.some((line) => line.includes('waiting'))) await pause(20);
    expect(statusOf(NAME)).toBe('');
    holder.kill();
    await once(holder, 'exit');
    await switching;
    expect(statusOf(NAME)).toBe('installed 1.0');
  });

  test('through the helper: installed, kept; a bad one is taken back', async () => {
    await using device = await helperDevice(await builtHelper(at('helper')));
    await device.start();
    const one = await made('1.0');
    const two = await made('2.0', { scripts: { postinst: 'exit 3' } });
    const offer = async (of: Deb) => {
      device.publisher.publish(of.manifest).assign(DEVICE, [of.manifest]);
      await device.stage(of);
      await device.lay();
    };
    await offer(one);
    for (const step of ['install', 'switch', 'keep'] as const) {
      expect(await device.ask(step, NAME, '1.0.0')).toMatchObject({ ok: true });
    }
    expect(statusOf(NAME)).toBe('installed 1.0');
    await offer(two);
    // The way back is root's own copy: the agent's is gone.
    await rm(join(device.data, 'updates', 'files', one.manifest.files[0]?.sha256 ?? ''));
    expect((await device.ask('install', NAME, '2.0.0', '1.0.0')).ok).toBe(true);
    expect((await device.ask('switch', NAME, '2.0.0', '1.0.0')).text).toContain('exit status 3');
    for (const step of ['undo', 'discard'] as const) {
      expect(await device.ask(step, NAME, '2.0.0', '1.0.0')).toMatchObject({ ok: true });
    }
    expect([statusOf(NAME), await text()]).toEqual(['installed 1.0', '1.0']);
  });
});

/** Holds the lock that apt and dpkg take, as fcntl(2) has it. */
async function lockHolder(): Promise<ChildProcess> {
  const take = 'open(L, "+<", "/var/lib/dpkg/lock-frontend"); ';
  const lock = 'my $l = pack("s s x4 q q i x4", 1, 0, 0, 0, 0); fcntl(L, 7, $l) or die $!; ';
  const child = spawn('perl', ['-e', `$|=1; ${take}${lock}print "held\n"; sleep 600`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = (await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])) as unknown[];
  expect(String(said[0])).toBe('held\n');
  return child;
}
