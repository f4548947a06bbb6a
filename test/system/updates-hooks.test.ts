/** Programs of a release that do not behave: real processes, as root becomes somebody else. */
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { archive } from '../../agent/installers/archive.ts';
import type { InstallJob } from '../../agent/installers/installer.ts';
import type { Machine } from '../../agent/ports/updates.ts';
import { type Here, here, versionAt } from '../support/installers/here.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';
import { tarOf } from '../support/updates/releases.ts';

const isRoot = process.geteuid?.() === 0;
let folder: TempFolder;

beforeEach(async () => {
  folder = await tempFolder('hooks');
  // So that somebody else may come to its own files.
  await chmod(folder.path, 0o755);
});

afterEach(() => folder[Symbol.asyncDispose]());

async function jobOf(
  script: string,
  { version = '1.0.0', timeoutMs = 10_000 } = {},
): Promise<InstallJob> {
  const path = join(folder.path, `${version}.tar`);
  await writeFile(path, tarOf([{ path: 'bin/hook', text: `#!/bin/sh\n${script}\n`, mode: 0o755 }]));
  const options = {
    path: join(folder.path, 'web'),
    unit: 'web.service',
    keep: 2,
    root: false,
    user: 'nobody',
  };
  const hooks = { beforeSwitch: ['bin/hook', version], timeoutMs };
  const installer = { kind: 'archive', options } as const;
  return { to: await versionAt(path, { version, installer, hooks }), options };
}

async function switched(
  script: string,
  machine: Partial<Machine> = {},
  timeoutMs = 10_000,
): Promise<Here> {
  const context = here(machine);
  const job = await jobOf(script, { timeoutMs });
  await archive.install(job, context);
  await archive.switch(job, context);
  return context;
}

describe('a hook', () => {
  it('runs in its slot, with what it is told, and it is said how', async () => {
    const context = await switched('echo "$1 $MUSTER_PACKAGE $MUSTER_VERSION $(pwd)"');
    const [how = '', words] = context.printed;
    expect(how).toMatch(/^beforeSwitch: bin\/hook runs as .*, without new privileges/);
    expect(words).toMatch(/^1\.0\.0 web 1\.0\.0 .*\/web\/slots\/1\.0\.0-[0-9a-f]{16}$/);
    expect(context.restarted).toEqual(['web.service']);
    expect(await readlink(join(folder.path, 'web/current'))).toMatch(/^slots\/1\.0\.0-/);
  });

  it('has no new privileges, no capabilities and bounded memory', async () => {
    const { printed } = await switched(
      'grep -E "NoNewPrivs|CapEff|CapBnd" /proc/self/status; ulimit -d; ulimit -c',
    );
    expect(printed[1]).toMatch(/NoNewPrivs:\s1/);
    if (isRoot) expect(printed[1]).toMatch(/CapEff:\s0+\nCapBnd:\s0+\n/);
    expect(printed[1]).toMatch(/262144\n0$/);
  });

  it('changes nothing of what runs when it fails', async () => {
    await expect(switched('echo no; exit 3')).rejects.toThrow('bin/hook ended with 3');
    expect(await readdir(join(folder.path, 'web'))).toEqual(['slots']);
  });

  it('is stopped when it hangs, also when it does not hear', async () => {
    const deaf = switched('trap "" TERM; while :; do sleep 0.1; done', {}, 300);
    await expect(deaf).rejects.toThrow('did not end within 0.3 s');
  });

  it('may write 100 MB; its last words are kept', async () => {
    const { printed } = await switched(
      'head -c 100000000 /dev/zero | tr "\\\\0" x; echo; echo end',
    );
    expect(printed.join('').length).toBeLessThan(20_000);
    expect(printed[1]).toMatch(/x\nend$/);
  });

  it('does not hold the update up by what it leaves behind', async () => {
    const mark = `31${process.pid}.5`;
    const { printed } = await switched(`setsid sleep ${mark} & echo gone`);
    expect(printed[1]).toBe('gone');
    const found = spawnSync('pgrep', ['-f', `sleep ${mark}`], { encoding: 'utf8' }).stdout.trim();
    // What kills it is the end of its namespace.
    if (printed[0]?.includes('process namespace (')) expect(found).toBe('');
    else if (found !== '') process.kill(Number(found), 'SIGKILL');
  });

  it.skipIf(!isRoot)('cannot kill who runs it, nor write where it has nothing', async () => {
    await writeFile(join(folder.path, 'ours'), 'ours');
    const { printed } = await switched(
      `kill -9 $PPID; kill -9 ${process.pid}; echo x > ${folder.path}/ours; id -un; true`,
    );
    expect(printed[1]).toMatch(/nobody$/);
    expect(await readFile(join(folder.path, 'ours'), 'utf8')).toBe('ours');
  });

  it.skipIf(!isRoot)('never runs as root, and not as nobody knows whom', async () => {
    const context = here();
    const job = await jobOf('true');
    for (const [user, why] of [
      ['root', 'never run as root'],
      ['no-such-user', 'there is no user no-such-user'],
    ] as const) {
      const other: InstallJob = { ...job, options: { ...(job.options as object), user } };
      await archive.install(other, context);
      await expect(archive.switch(other, context)).rejects.toThrow(why);
    }
  });

  it.skipIf(!isRoot)('gets a scope of systemd where there is one, which ends with it', async () => {
    // systemd-run and systemctl that write down what they are asked, and run what they are given.
    const bin = join(folder.path, 'bin');
    await mkdir(bin);
    const log = join(folder.path, 'asked');
    const run = `#!/bin/sh\necho "systemd-run $*" >> ${log}\nwhile [ "$1" != -- ]; do shift; done; shift; exec "$@"\n`;
    await writeFile(join(bin, 'systemd-run'), run, { mode: 0o755 });
    await writeFile(join(bin, 'systemctl'), `#!/bin/sh\necho "systemctl $*" >> ${log}\n`, {
      mode: 0o755,
    });
    const path = process.env['PATH'];
    process.env['PATH'] = `${bin}:${path}`;
    try {
      const { printed } = await switched('id -un', { hasSystemd: true }, 2_000);
      expect(printed[0]).toContain(
        'as nobody, without new privileges, in a scope of systemd: 256 MB, 64 tasks',
      );
      expect(printed[1]).toBe('nobody');
    } finally {
      process.env['PATH'] = path;
    }
    const [run1 = '', stop] = (await readFile(log, 'utf8')).trim().split('\n');
    expect(run1).toMatch(
      /--unit=muster-hook-\S+\.scope --property=MemoryMax=256M --property=TasksMax=64 --property=RuntimeMaxSec=2 /,
    );
    expect(stop).toBe(`systemctl stop -- ${/--unit=(\S+)/.exec(run1)?.[1]}`);
  });
});

describe('slots', () => {
  it('keeps as many versions as it is told, the running one and the one before among them', async () => {
    const context = here();
    const jobs: InstallJob[] = [];
    for (let n = 1; n <= 5; n++) {
      const job = await jobOf('true', { version: `${n}.0.0` });
      const before = jobs.at(-1);
      const whole = {
        ...job,
        options: { ...(job.options as object), keep: 3 },
        ...(before && { from: before.to }),
      };
      await archive.install(whole, context);
      await archive.switch(whole, context);
      await archive.keep(whole, context);
      jobs.push(whole);
    }
    const names = await readdir(join(folder.path, 'web/slots'));
    expect(names.map((name) => name.slice(0, 5)).toSorted()).toEqual(['3.0.0', '4.0.0', '5.0.0']);
  });
});
