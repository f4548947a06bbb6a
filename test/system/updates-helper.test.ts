/** Updates that only root may do: what the helper verifies itself, and what a stolen agent cannot get. */
import { spawnSync } from 'node:child_process';
import {
  chmod,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createHelper } from '../../agent/io/helper-client.ts';
import type { HelperRequest } from '../../agent/ports/caretaking.ts';
import {
  builtHelper,
  DEVICE,
  type HelperDevice,
  helperDevice,
  type Step,
} from '../support/helper/device.ts';
import { layMetadata, Publisher } from '../support/helper/publisher.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';
import { type Made, madeOf, tarOf } from '../support/updates/releases.ts';

let built: TempFolder;
let program = '';
let device: HelperDevice;

beforeAll(async () => {
  built = await tempFolder('helper-built');
  program = await builtHelper(built.path);
});
afterAll(() => built[Symbol.asyncDispose]());
beforeEach(async () => {
  device = await helperDevice(program);
  await device.start();
});
afterEach(() => device[Symbol.asyncDispose]());

function web(version: string, unit = ''): Made {
  const options = { path: device.at('opt', 'web'), keep: 2, root: true, unit };
  const bytes = tarOf([{ path: 'page', text: `web ${version}\n` }]);
  return madeOf('web', version, { kind: 'archive', options }, bytes);
}

/** Published, assigned, fetched. */
async function offer(...made: readonly Made[]): Promise<void> {
  const manifests = made.map(({ manifest }) => manifest);
  device.publisher.publish(...manifests).assign(DEVICE, manifests);
  await device.stage(...made);
  await device.lay();
}

const running = () =>
  readFile(device.at('opt', 'web', 'current', 'page'), 'utf8').catch(() => 'nothing');

async function through(steps: readonly Step[], version: string, from = ''): Promise<void> {
  for (const step of steps) {
    const { ok, text } = await device.ask(step, 'web', version, from);
    expect(ok, `${step} ${version}: ${text}`).toBe(true);
  }
}

const ALL = ['install', 'switch', 'keep'] as const;

async function refusal(step: Step, version: string, from = ''): Promise<string> {
  const before = await running();
  const { ok, text } = await device.ask(step, 'web', version, from);
  expect(ok).toBe(false);
  expect(await running()).toBe(before);
  return text;
}

describe('what both repositories say', () => {
  test('is installed, switched to and kept; then the next version', async () => {
    const one = web('1.0.0', 'web.service');
    await offer(one);
    await through(ALL, '1.0.0');
    expect(await running()).toBe('web 1.0.0\n');
    const two = web('2.0.0', 'web.service');
    await offer(two);
    await through(ALL, '2.0.0', '1.0.0');
    expect(await running()).toBe('web 2.0.0\n');
    expect(await device.told()).toEqual(Array(2).fill('restart -- web.service'));
    // Root keeps the file of what runs, and nothing else.
    const [file] = two.manifest.files;
    expect(await readdir(join(device.state, 'files', 'web'))).toEqual([file?.sha256]);
  });

  test('a switch that is not kept is taken back, and may be repeated', async () => {
    await offer(web('1.0.0'));
    await through(ALL, '1.0.0');
    await offer(web('2.0.0'));
    await through(['install', 'switch', 'switch'], '2.0.0', '1.0.0');
    await through(['undo', 'undo'], '2.0.0', '1.0.0');
    expect(await running()).toBe('web 1.0.0\n');
    await through(['discard', 'discard'], '2.0.0', '1.0.0');
    expect(await readdir(device.at('opt', 'web', 'slots'))).toHaveLength(1);
    await through([...ALL, 'keep'], '2.0.0', '1.0.0');
    expect(await running()).toBe('web 2.0.0\n');
  });

  test('the first version goes away where there was none before', async () => {
    await offer(web('1.0.0'));
    await through(['install', 'switch', 'undo', 'discard'], '1.0.0');
    expect(await running()).toBe('nothing');
  });

  test('the director leads back by a new decision', async () => {
    const [one, two] = [web('1.0.0'), web('2.0.0')];
    await offer(one);
    await through(ALL, '1.0.0');
    await offer(two);
    await through(ALL, '2.0.0', '1.0.0');
    await offer(one);
    await through(ALL, '1.0.0', '2.0.0');
    expect(await running()).toBe('web 1.0.0\n');
  });

  test('packages of the agent itself, and what needs them, do not stand in the way', async () => {
    const rules = madeOf(
      'rules',
      '3.0.0',
      { kind: 'file', options: { path: device.at('rules') } },
      Buffer.from('rules'),
    );
    const needs = { ...web('1.0.0').manifest, dependencies: { rules: '^3.0.0' } };
    await offer({ ...web('1.0.0'), manifest: needs }, rules);
    await through(ALL, '1.0.0');
    expect(await device.ask('install', 'rules', '3.0.0')).toMatchObject({ ok: true });
  });
});

test.skipIf(process.getuid?.() !== 0)('programs of a release do not run as root', async () => {
  await chmod(device.folder, 0o755);
  const files = [
    { path: 'page', text: 'web 1.0.0\n' },
    { path: 'bin/who', text: '#!/bin/sh\nid -un\n', mode: 0o755 },
  ];
  const { manifest } = web('1.0.0');
  const hooks = { afterInstall: ['bin/who'], timeoutMs: 10_000 };
  await offer(madeOf('web', '1.0.0', manifest.installer, tarOf(files), { hooks }));
  let output = '';
  const request = { verb: 'install', step: 'install', name: 'web', version: '1.0.0', from: '' };
  const answer = await createHelper(device.at('helper.sock')).ask(request as HelperRequest, {
    output: (text) => {
      output += text;
    },
  });
  expect([answer.ok, output.trim().split('\n').at(-1)]).toEqual([true, 'nobody']);
});

test('metadata that is being written is read once more', async () => {
  await offer(web('1.0.0'));
  const file = join(device.data, 'updates', 'metadata', 'release', '1.snapshot.json');
  await rename(file, device.at('later'));
  const asked = device.ask('install', 'web', '1.0.0');
  // Root has verified the director's part by now, and misses the rest.
  while ((await readdir(device.state)).length === 0) await pause(5);
  await rename(device.at('later'), file);
  expect(await asked).toMatchObject({ ok: true });
});

describe('a stolen agent cannot have', () => {
  test('what is published and not assigned to this device', async () => {
    const [one, two] = [web('1.0.0'), web('2.0.0')];
    device.publisher.publish(one.manifest, two.manifest).assign(DEVICE, [one.manifest]);
    await device.stage(one, two);
    await device.lay();
    expect(await refusal('install', '2.0.0')).toMatch(
      /^refused: attack: arbitrary-software: web 2\.0\.0: the director assigns 1\.0\.0 to press-17 now/,
    );
    // Nor by leaving the step out that asks.
    expect(await refusal('switch', '2.0.0')).toContain('install comes before switch');
    expect(await refusal('keep', '2.0.0')).toContain('never switched to');
  });

  test('what the director has taken back since, although it is laid ready', async () => {
    const one = web('1.0.0');
    await offer(one);
    await through(['install'], '1.0.0');
    device.publisher.assign(DEVICE, []);
    await device.lay();
    expect(await refusal('switch', '1.0.0')).toContain('the director assigns none of it');
  });

  test('what is assigned and not published', async () => {
    const one = web('1.0.0');
    device.publisher.publish().assign(DEVICE, [one.manifest]);
    await device.stage(one);
    await device.lay();
    expect(await refusal('install', '1.0.0')).toContain('attack: arbitrary-software');
  });

  test('what others have signed', async () => {
    const one = web('1.0.0');
    const thief = new Publisher().publish(one.manifest).assign(DEVICE, [one.manifest]);
    await device.stage(one);
    await layMetadata(device.data, thief.metadata);
    expect(await refusal('install', '1.0.0')).toMatch(
      /attack: (arbitrary-software|key-compromise)/,
    );
  });

  test('other bytes than are signed', async () => {
    const one = web('1.0.0');
    await offer(one);
    const bytes = Buffer.from(one.bytes);
    bytes.write('evil', 512);
    await device.stage({ ...one, bytes });
    expect(await refusal('install', '1.0.0')).toContain('attack: arbitrary-software');
    expect(await readdir(join(device.state, 'files', 'web'))).toEqual([]);
  });

  test('what is assigned to another device', async () => {
    const one = web('1.0.0');
    device.publisher.publish(one.manifest).assign('press-18', [one.manifest]);
    await device.stage(one);
    await device.lay();
    expect(await refusal('install', '1.0.0')).toContain('attack: replay');
  });

  test('what was assigned too long ago', async () => {
    const one = web('1.0.0');
    device.publisher
      .publish(one.manifest)
      .assign(DEVICE, [one.manifest], Date.now() - 8 * 86_400_000);
    await device.stage(one);
    await device.lay();
    expect(await refusal('install', '1.0.0')).toContain('attack: freeze');
  });
});

describe('a stolen agent cannot go back', () => {
  let old: Publisher['metadata'];
  beforeEach(async () => {
    await offer(web('1.0.0'));
    old = device.publisher.metadata;
    await through(ALL, '1.0.0');
    await offer(web('2.0.0'));
    await through(ALL, '2.0.0', '1.0.0');
  });

  test('by the metadata of then', async () => {
    await layMetadata(device.data, old);
    expect(await refusal('install', '1.0.0', '2.0.0')).toContain('attack: rollback');
  });

  test('nor when all that was verified since is lost', async () => {
    await device.kill();
    await rm(join(device.state, 'trust'), { recursive: true });
    await device.start();
    await layMetadata(device.data, old);
    expect(await refusal('install', '1.0.0', '2.0.0')).toMatch(
      /attack: rollback: web\/1\.0\.0\/web: decision \d+ is not newer than \d+/,
    );
  });

  test('by the metadata of now', async () => {
    expect(await refusal('install', '1.0.0', '2.0.0')).toContain('attack: rollback');
  });

  test('by undoing what is kept, or by naming another way back', async () => {
    expect(await refusal('undo', '2.0.0', '2.0.0')).toContain('only the director leads back');
    expect(await refusal('undo', '2.0.0', '1.0.0')).toContain('attack: rollback');
    expect(await refusal('undo', '2.0.0')).toContain('attack: rollback');
    await offer(web('3.0.0'));
    expect(await refusal('install', '3.0.0', '1.0.0')).toContain(
      '1.0.0 is named as the way back, and root installed 2.0.0',
    );
  });

  test('to nothing, by forgetting what was there', async () => {
    await offer(web('3.0.0'));
    await through(['install', 'switch', 'undo'], '3.0.0', '');
    expect(await running()).toBe('web 2.0.0\n');
  });
});

describe('a stolen agent cannot lead root elsewhere', () => {
  const director = (...parts: string[]) =>
    join(device.data, 'updates', 'metadata', 'director', ...parts);
  beforeEach(() => offer(web('1.0.0')));

  test('by a link for metadata', async () => {
    await rename(director('timestamp.json'), device.at('elsewhere'));
    await symlink(device.at('elsewhere'), director('timestamp.json'));
    expect(await refusal('install', '1.0.0')).toContain(
      'updates/metadata/director/timestamp.json: a link is in the way',
    );
  });

  test.each(['updates/metadata/director', 'updates/metadata', 'updates'])(
    'by a link for the folder %s',
    async (folder) => {
      await rename(join(device.data, folder), device.at('elsewhere'));
      await symlink(device.at('elsewhere'), join(device.data, folder));
      expect(await refusal('install', '1.0.0')).toContain('a link is in the way');
    },
  );

  test('by a link for the file, or its folder', async () => {
    const files = join(device.data, 'updates', 'files');
    const [name = ''] = await readdir(files);
    await rename(join(files, name), device.at('elsewhere'));
    await symlink(device.at('elsewhere'), join(files, name));
    expect(await refusal('install', '1.0.0')).toContain('attack: wrong-target');
    await rm(files, { recursive: true });
    await symlink(device.at(), files);
    expect(await refusal('install', '1.0.0')).toContain('a link is in the way');
  });

  test('nor hold it up by a pipe or a folder', async () => {
    await rm(director('timestamp.json'));
    spawnSync('mkfifo', [director('timestamp.json')]);
    expect(await refusal('install', '1.0.0')).toContain('no regular file');
    await rm(director('timestamp.json'));
    await mkdir(director('timestamp.json'));
    expect(await refusal('install', '1.0.0')).toContain('no regular file');
  });
});

describe('a stolen agent cannot fill root up', () => {
  beforeEach(() => offer(web('1.0.0')));

  test('by metadata without end', async () => {
    const file = join(device.data, 'updates', 'metadata', 'director', 'timestamp.json');
    await truncate(file, 2 ** 40);
    expect(await refusal('install', '1.0.0')).toContain('attack: endless-data');
  });

  test('by a file without end', async () => {
    const files = join(device.data, 'updates', 'files');
    const [name = ''] = await readdir(files);
    await truncate(join(files, name), 2 ** 40);
    expect(await refusal('install', '1.0.0')).toContain('attack: endless-data');
    expect(await readdir(join(device.state, 'files', 'web'))).toEqual([]);
  });

  test('by names that nobody assigned', async () => {
    for (let at = 0; at < 20; at += 1) {
      expect(await device.ask('install', `web-${at}`, '1.0.0')).toMatchObject({ ok: false });
      expect(await device.ask('discard', `web-${at}`, '1.0.0')).toMatchObject({ ok: true });
    }
    expect(await readdir(device.state)).toEqual(['trust']);
  });
});

describe('the roots', () => {
  beforeEach(() => offer(web('1.0.0')));

  test('must be there, and nobody else may write them', async () => {
    const path = device.at('etc', 'trust', 'director.root.json');
    await chmod(path, 0o666);
    expect(await refusal('install', '1.0.0')).toContain('may be written by its group or by others');
    await rm(path);
    expect(await refusal('install', '1.0.0')).toMatch(
      /nothing may be installed without trusted roots: .*director\.root\.json does not exist/,
    );
  });

  test('may be elsewhere, and others are another beginning', async () => {
    await through(['install'], '1.0.0');
    const other = new Publisher();
    await mkdir(device.at('etc', 'other'));
    for (const name of ['director', 'release'] as const) {
      await writeFile(device.at('etc', 'other', `${name}.root.json`), other.root(name));
    }
    const config = await readFile(device.at('etc', 'agent.yaml'), 'utf8');
    await writeFile(device.at('etc', 'agent.yaml'), `${config}updates: { trust: other }\n`);
    expect(await refusal('install', '1.0.0')).toMatch(/attack: /);
    const one = web('1.0.0');
    await layMetadata(
      device.data,
      other.publish(one.manifest).assign(DEVICE, [one.manifest]).metadata,
    );
    await through(ALL, '1.0.0');
    expect(await readdir(join(device.state, 'trust'))).toHaveLength(1);
  });
});

describe('a helper that is killed', () => {
  test('in the middle of a switch ends it later, without the director', async () => {
    await offer(web('1.0.0', 'web.service'));
    await through(['install'], '1.0.0');
    await writeFile(device.at('hold'), '');
    const asked = device.ask('switch', 'web', '1.0.0');
    while ((await device.told()).length === 0) await pause(10);
    await device.kill();
    expect((await asked).ok).toBe(false);
    await rm(device.at('hold'));
    await rm(join(device.data, 'updates'), { recursive: true });
    await device.start();
    await through(['switch', 'keep'], '1.0.0');
    expect(await running()).toBe('web 1.0.0\n');
    expect(await readlink(device.at('opt', 'web', 'current'))).toMatch(/^slots\/1\.0\.0-/);
  });

  test('in the middle of a switch goes back later, without the director', async () => {
    await offer(web('1.0.0', 'web.service'));
    await through(ALL, '1.0.0');
    await offer(web('2.0.0', 'web.service'));
    await through(['install'], '2.0.0', '1.0.0');
    await writeFile(device.at('hold'), '');
    const asked = device.ask('switch', 'web', '2.0.0', '1.0.0');
    while ((await device.told()).length < 2) await pause(10);
    await device.kill();
    await asked;
    await rm(device.at('hold'));
    await rm(join(device.data, 'updates'), { recursive: true });
    await device.start();
    await through(['undo', 'discard'], '2.0.0', '1.0.0');
    expect(await running()).toBe('web 1.0.0\n');
  });

  test('at any moment leaves nothing that is half', async () => {
    await offer(web('1.0.0'));
    await through(ALL, '1.0.0');
    let from = '1.0.0';
    for (let round = 0; round < 8; round += 1) {
      const to = `${round + 2}.0.0`;
      await offer(web(to));
      for (const step of ALL) {
        const asked = device.ask(step, 'web', to, from);
        await pause(round * 4);
        await device.kill();
        await asked;
        expect(['nothing', `web ${from}\n`, `web ${to}\n`]).toContain(await running());
        await device.start();
        expect(await device.ask(step, 'web', to, from)).toMatchObject({ ok: true });
      }
      expect(await running()).toBe(`web ${to}\n`);
      from = to;
    }
  });

  test('and one that goes on when its caller does not', async () => {
    await offer(web('1.0.0', 'web.service'));
    await through(['install'], '1.0.0');
    await writeFile(device.at('hold'), '');
    const first = device.ask('switch', 'web', '1.0.0');
    while ((await device.told()).length === 0) await pause(10);
    // Asked again by an agent that was restarted in between: it waits for its turn.
    const second = device.ask('switch', 'web', '1.0.0');
    await rm(device.at('hold'));
    expect([(await first).ok, (await second).ok]).toEqual([true, true]);
  });
});
