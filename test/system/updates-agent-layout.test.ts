/** The real agent: laid out as deploy/README.md tells, released, and run by the launcher. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agent } from '../../agent/installers/agent.ts';
import type { InstallContext, InstallJob } from '../../agent/installers/installer.ts';
import { createRunner } from '../../agent/io/runner.ts';
import { createDisk } from '../../agent/io/updates/disk.ts';
import { readMachine } from '../../agent/io/updates/machine.ts';
import { buildArchive } from '../../collector/app/releases.ts';
import { manifestOf } from '../../collector/core/releases/spec.ts';
import { check } from '../../protocol/config/check.ts';
import type { ReleaseManifest } from '../../protocol/release.ts';
import { VERSION } from '../../protocol/version.ts';
import { layOutAgentRelease } from '../../scripts/build/agent-release.ts';
import { buildProgram } from '../../scripts/build/program.ts';
import { targets } from '../../scripts/build/targets.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';
import { sum } from '../support/updates/releases.ts';

const ROOT = join(import.meta.dirname, '../..');
const NEXT = '9.8.7';
let built: TempFolder;

beforeAll(async () => {
  built = await tempFolder('built');
  for (const target of targets.filter(({ name }) => name === 'agent' || name === 'launcher')) {
    await buildProgram(target, join(built.path, 'dist'));
  }
  layOutAgentRelease(join(built.path, 'dist'));
});

afterAll(() => built[Symbol.asyncDispose]());

/** The commands for the agent, as they stand in the README, below `top`; without what only root may. */
async function commands(top: string): Promise<string> {
  const text = await readFile(join(ROOT, 'deploy/README.md'), 'utf8');
  const section = text.slice(text.indexOf('## Agent\n'));
  const [, block = ''] = /```sh\n([^`]*)```/.exec(section) ?? [];
  const lines = block.split('\n').filter((line) => !/^(systemctl|install .*sysusers)/.test(line));
  return lines
    .join('\n')
    .replaceAll(/(?<=^|[\s"])\/(?=usr|etc)/gm, `${top}/`)
    .replaceAll('dist/', `${built.path}/dist/`);
}

async function installed(): Promise<TempFolder> {
  const top = await tempFolder('layout');
  await mkdir(join(top.path, 'etc/systemd/system'), { recursive: true });
  const script = (await commands(top.path)).replaceAll(/^node .*doctor$/gm, '');
  const { status, stderr } = spawnSync('bash', ['--norc', '-euc', script], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return top;
}

const slots = (top: TempFolder) => join(top.path, 'usr/lib/muster/agent');

function versionOf(top: TempFolder): string {
  const main = join(slots(top), 'current/main.js');
  return spawnSync(process.execPath, [main, '--version'], { encoding: 'utf8' }).stdout.trim();
}

/** The agent as the launcher runs it, with a broker that nobody is at. */
async function run(top: TempFolder) {
  const config = join(top.path, 'etc/muster/agent.yaml');
  const settings = [
    ...['site: home', 'device: test', `data: ${top.path}/data`, 'log: { level: debug }'],
    ...[`socket: { path: ${top.path}/agent.sock }`, "broker: { url: 'mqtt://127.0.0.1:9' }"],
  ];
  await writeFile(config, settings.join('\n'));
  const launcher = join(top.path, 'usr/lib/muster/launcher/main.js');
  const args = [launcher, '--root', slots(top), '--', 'run', '--config', config];
  const child = spawn(process.execPath, args);
  const said = { err: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece: Buffer) => {
      said.err += piece.toString();
    });
  }
  const code = once(child, 'exit').then(([number]) => number as number | null);
  return {
    said,
    code,
    signal: (name: NodeJS.Signals) => child.kill(name),
    async says(text: string) {
      while (!said.err.includes(text)) {
        if (child.exitCode !== null) throw new Error(`it ended: ${said.err}`);
        await pause(20);
      }
    },
    /** Of the running agent. */
    async answers(): Promise<void> {
      const main = join(slots(top), 'current/main.js');
      const asked = [main, 'status', '--socket', `${top.path}/agent.sock`];
      while (spawnSync(process.execPath, asked).status !== 0) await pause(50);
    },
  };
}

/** The archive of another version of the real agent; with `main`, another way to begin. */
async function archive(top: TempFolder, main?: string): Promise<string> {
  const folder = join(top.path, 'next');
  const { architecture } = await readMachine();
  await cp(join(built.path, 'dist/agent-release', architecture), folder, { recursive: true });
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.js')) continue;
    const text = await readFile(join(folder, name), 'utf8');
    const next = text.replace(`VERSION="${VERSION}"`, `VERSION="${NEXT}"`);
    if (next !== text) await writeFile(join(folder, name), next);
  }
  if (main !== undefined) await writeFile(join(folder, 'main.js'), main);
  const path = join(top.path, 'next.tar');
  await buildArchive(folder, path);
  return path;
}

async function jobOf(top: TempFolder, path: string): Promise<InstallJob> {
  const bytes = await readFile(path);
  const of = { architecture: 'all', length: bytes.length, sha256: sum(bytes) } as const;
  const file = { path: 'next.tar', ...of };
  const options = { path: slots(top), unit: 'muster-agent.service', keep: 2, root: false };
  const manifest: ReleaseManifest = {
    ...{ format: 1, name: 'muster-agent', version: NEXT, files: [file], deltas: [], notes: '' },
    ...{ installer: { kind: 'agent', options }, dependencies: {} },
  };
  return { to: { manifest, file, path }, options };
}

/** As an agent that ends when it is to be restarted. */
async function contextOf(): Promise<InstallContext> {
  const ending = new AbortController();
  return {
    ...{ disk: createDisk(), runner: createRunner(), machine: await readMachine() },
    ...{ signal: ending.signal, print: () => undefined },
    units: {
      restart: () => Promise.resolve(ending.abort()),
      state: () => Promise.resolve({ isActive: true, pid: process.pid }),
    },
  };
}

describe('a release of the agent', () => {
  it('has what runs on its architecture, and no maps', async () => {
    for (const [architecture, host] of [
      ['amd64', 'linux-x64'],
      ['arm64', 'linux-arm64'],
      ['armhf', 'linux-arm'],
    ] as const) {
      const folder = join(built.path, 'dist/agent-release', architecture);
      expect(await readdir(join(folder, 'prebuilds'))).toEqual([host]);
      expect((await readdir(folder)).filter((name) => name.endsWith('.map'))).toEqual([]);
      expect(await readdir(folder)).toContain('main.js');
    }
  });
});

describe('release.yaml of the agent', () => {
  it('makes a manifest, with options that the installer takes', async () => {
    const path = join(built.path, 'dist/agent-release/release.yaml');
    const { load } = await import('js-yaml');
    const file = {
      path: 'a',
      architecture: 'amd64',
      length: 1,
      sha256: sum(Buffer.from('a')),
    } as const;
    const named = { name: 'muster-agent', version: NEXT, files: [file] };
    const manifest = manifestOf(named, load(await readFile(path, 'utf8')));
    if ('problem' in manifest) throw new Error(manifest.problem);
    expect(manifest.installer.kind).toBe('agent');
    const { problems, value } = check(agent.schema, manifest.installer.options);
    expect(problems).toEqual([]);
    expect(value).toMatchObject({ unit: 'muster-agent.service', root: true });
  });
});

describe('the agent by hand', () => {
  it('is laid out by the commands of the README, also when they are given again', async () => {
    await using top = await installed();
    expect(await readlink(join(slots(top), 'current'))).toBe(`slots/${VERSION}`);
    expect(versionOf(top)).toBe(VERSION);
    const script = (await commands(top.path)).replaceAll(/^node .*doctor$/gm, '');
    expect(spawnSync('bash', ['--norc', '-euc', script], { cwd: ROOT }).status).toBe(0);
    expect(await readdir(join(slots(top), 'slots'))).toEqual([VERSION]);
    expect(await readdir(join(slots(top), 'current'))).not.toContain('agent');
    const running = await run(top);
    await running.answers();
    running.signal('SIGHUP');
    await running.says('configuration reloaded');
    running.signal('SIGTERM');
    expect(await running.code).toBe(0);
  });

  it('takes a release of the real agent, which runs on trial until it is kept', async () => {
    await using top = await installed();
    const [job, context] = [await jobOf(top, await archive(top)), await contextOf()];
    await agent.install(job, context);
    await expect(agent.switch(job, context)).rejects.toThrow('restarts');
    const running = await run(top);
    await running.answers();
    expect(running.said.err).toContain(`start 1 of ${NEXT}-`);
    expect(versionOf(top)).toBe(NEXT);
    await agent.keep(job, context);
    expect((await readdir(slots(top))).toSorted()).toEqual(['current', 'slots']);
    expect((await readdir(join(slots(top), 'slots'))).length).toBe(2);
    running.signal('SIGTERM');
    expect(await running.code).toBe(0);
  });

  it('is the old real agent again when the new one ends at its start', async () => {
    await using top = await installed();
    const [job, context] = [
      await jobOf(top, await archive(top, 'process.exit(1);\n')),
      await contextOf(),
    ];
    await agent.install(job, context);
    await expect(agent.switch(job, context)).rejects.toThrow('restarts');
    const running = await run(top);
    await running.says(`back to ${VERSION}`);
    await running.answers();
    expect(versionOf(top)).toBe(VERSION);
    running.signal('SIGTERM');
    expect(await running.code).toBe(0);
  });

  it('goes back to what was laid out by hand, which no release knows', async () => {
    await using top = await installed();
    const [job, context] = [await jobOf(top, await archive(top)), await contextOf()];
    await agent.install(job, context);
    await expect(agent.switch(job, context)).rejects.toThrow('restarts');
    await agent.undo(job, context);
    expect(versionOf(top)).toBe(VERSION);
    expect(await readdir(slots(top))).not.toContain('trial');
  });

  it('refuses a release where there are no slots, and an archive that is no agent', async () => {
    await using top = await tempFolder('layout');
    await using other = await installed();
    const context = await contextOf();
    const path = await archive(other);
    await expect(agent.install(await jobOf(top, path), context)).rejects.toThrow('README');
    await writeFile(join(other.path, 'next/readme'), 'no agent');
    await rm(join(other.path, 'next/main.js'));
    await buildArchive(join(other.path, 'next'), path);
    await expect(agent.install(await jobOf(other, path), context)).rejects.toThrow('no main.js');
  });
});

describe('the launcher before systemd starts the agent', () => {
  /** systemctl and systemd-run that write down what they are asked. */
  async function asked(top: TempFolder, ...args: readonly string[]) {
    const folder = join(top.path, 'bin');
    await mkdir(folder, { recursive: true });
    const log = join(top.path, 'asked');
    for (const name of ['systemctl', 'systemd-run']) {
      const script = `#!/bin/sh\necho "${name} $*" >> ${log}\n`;
      await writeFile(join(folder, name), script, { mode: 0o755 });
    }
    const launcher = join(top.path, 'usr/lib/muster/launcher/main.js');
    const env = { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}` };
    const done = spawnSync(process.execPath, [launcher, ...args], { env, encoding: 'utf8' });
    const lines = await readFile(log, 'utf8').catch(() => '');
    await rm(log, { force: true });
    return { status: done.status, said: done.stderr, lines };
  }

  it('asks for nothing where nothing is on trial', async () => {
    await using top = await installed();
    const unit = ['--unit', 'muster-agent.service'];
    const nothing = { status: 0, said: '', lines: '' };
    expect(await asked(top, '--prepare', slots(top), ...unit)).toEqual(nothing);
    expect(await asked(top, '--overdue', slots(top), ...unit)).toEqual(nothing);
  });

  it('sets a timer for a version on trial, which leads back what is not committed', async () => {
    await using top = await installed();
    const [job, context] = [await jobOf(top, await archive(top)), await contextOf()];
    await agent.install(job, context);
    await expect(agent.switch(job, context)).rejects.toThrow('restarts');
    const unit = ['--unit', 'muster-agent.service'];
    const before = await asked(top, '--prepare', slots(top), ...unit);
    expect(before.status).toBe(0);
    expect(before.lines).toContain('systemctl stop muster-agent-trial.timer');
    expect(before.lines).toMatch(
      /systemd-run .*--on-active=380s .*launcher\/main\.js --overdue .* --unit muster-agent\.service/,
    );
    const after = await asked(top, '--overdue', slots(top), ...unit);
    expect(after.said).toContain(`not committed in time; back to ${VERSION}`);
    expect(after.lines).toBe('systemctl restart --no-block -- muster-agent.service\n');
    expect(versionOf(top)).toBe(VERSION);
  });

  it('lets the agent start whatever it finds', async () => {
    await using top = await installed();
    await rm(join(slots(top), 'current'));
    await mkdir(join(slots(top), 'current/trial'), { recursive: true });
    const { status, said } = await asked(top, '--prepare', slots(top));
    expect(status).toBe(0);
    expect(said).toContain('could not look after');
    expect((await asked(top, '--odd')).status).toBe(2);
  });
});
