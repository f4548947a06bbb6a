/** Wishes that change while something is done about the one before, and how often it is asked again. */
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { UpdatingDeps } from '../../agent/work/updating.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { device } from '../support/updates/device.ts';
import { type Made, madeOf, tarOf, webFiles } from '../support/updates/releases.ts';

const archive = (root: string, name: string, version: string) =>
  madeOf(
    name,
    version,
    { kind: 'archive', options: { path: `${root}/${name}` } },
    tarOf(webFiles(version)),
    { probe: { windowMs: 0 } },
  );

async function world(make: (root: string) => readonly Made[]) {
  const folder = await tempFolder('wishes');
  const made = make(join(folder.path, 'root'));
  const server = createServer(({ url = '' }, response) => {
    const found = made.find(({ manifest }) => manifest.files[0]?.path === url.slice(1));
    response.writeHead(found === undefined ? 404 : 200).end(found?.bytes);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const releases = made.map(({ manifest }) => manifest);
  return {
    open: (deps: Partial<UpdatingDeps>) =>
      device(join(folder.path, 'data'), { base, releases, deps }),
    ...{ releases, root: join(folder.path, 'root') },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const web = (version: string) => [{ name: 'web', version }];

it('tells the collector once what holds it back for longer than a minute', async () => {
  await using it = await world((root) => [archive(root, 'web', '1.0.0')]);
  let mono = 0;
  const clock = { wall: () => Date.now(), mono: () => mono, after: () => () => undefined };
  let why: string | undefined = 'window night is closed';
  const { updating, reports } = await it.open({ clock, holds: () => why });
  await updating.want(web('1.0.0'));
  mono = 59_000;
  await updating.want(web('1.0.0'));
  expect(reports).toEqual([]);
  for (mono of [60_000, 75_000]) await updating.want(web('1.0.0'));
  expect(reports.map(({ state, text }) => [state, text])).toEqual([
    ['skipped', 'held: window night is closed'],
  ]);
  why = undefined;
  await updating.stop();
});

it('switches to nothing that is not wanted any more, also where nothing was left to wait for', async () => {
  await using it = await world((root) => [
    archive(root, 'web', '1.0.0'),
    archive(root, 'web', '2.0.0'),
  ]);
  let looked: () => void = () => undefined;
  const { updating, reports } = await it.open({
    locks: {
      held: () => {
        looked();
        return Promise.resolve([]);
      },
    },
  });
  await updating.want(web('1.0.0'));
  await updating.want(web('2.0.0'));
  const before = reports.length;
  // Its file is still here, so that no step has to wait.
  looked = () => {
    looked = () => undefined;
    void updating.want(web('2.0.0'));
  };
  await updating.want(web('1.0.0'));
  await updating.want(web('2.0.0'));
  expect(reports.slice(before).map(({ state, text }) => [state, text])).toEqual([
    ['running', 'planned'],
    ['cancelled', 'cancelled: something else is wanted now'],
  ]);
  await updating.stop();
});

it('begins nothing of an older wish after what it began', async () => {
  await using it = await world((root) => [
    archive(root, 'app', '1.0.0'),
    archive(root, 'web', '1.0.0'),
  ]);
  let looked: () => void = () => undefined;
  const { updating, reports } = await it.open({
    locks: {
      held: () => {
        looked();
        return Promise.resolve([]);
      },
    },
  });
  const app = { name: 'app', version: '1.0.0' };
  looked = () => void updating.want([app]);
  await updating.want([app, ...web('1.0.0')]);
  await updating.want([app]);
  expect(new Set(reports.map(({ name }) => name))).toEqual(new Set(['app']));
  await updating.stop();
});

it('asks once for all wishes that came while it was busy, and takes the last', async () => {
  await using it = await world((root) => [archive(root, 'web', '1.0.0')]);
  const asked: string[] = [];
  const { updating } = await it.open({
    trusted: {
      releases: async (wanted) => {
        asked.push(wanted.map(({ version }) => version).join());
        await new Promise((resolve) => setImmediate(resolve));
        return it.releases.map((manifest) => ({ ok: true as const, manifest }));
      },
    },
  });
  const wishes = Array.from({ length: 40 }, (_, at) => updating.want(web(`3.0.${at}`)));
  await Promise.all([...wishes, updating.want(web('1.0.0'))]);
  expect(asked.length).toBeLessThanOrEqual(2);
  expect(asked.at(-1)).toBe('1.0.0');
  expect(updating.packages().map(({ version }) => version)).toEqual(['1.0.0']);
  await updating.stop();
});

it('waits a minute before it asks again, however many packages were refused', async () => {
  await using it = await world(() => []);
  const waits: number[] = [];
  const { updating } = await it.open({
    clock: {
      wall: () => 0,
      mono: () => 0,
      after: (ms) => {
        waits.push(ms);
        return () => undefined;
      },
    },
  });
  await updating.want(['a', 'b', 'c', 'd', 'e'].map((name) => ({ name, version: '1.0.0' })));
  expect(waits.at(-1)).toBe(45_000);
  await updating.stop();
});

it('tries a version that it gave up once more after something else was wanted', async () => {
  await using it = await world((root) => {
    const installer = { kind: 'archive', options: { path: `${root}/web` } } as const;
    const probe = { windowMs: 0, command: ['bin/missing'] };
    const bad = madeOf('web', '2.0.0', installer, tarOf(webFiles('2.0.0')), { probe });
    return [archive(root, 'web', '1.0.0'), bad];
  });
  const { updating, reports } = await it.open({});
  await updating.want(web('1.0.0'));
  await updating.want(web('2.0.0'));
  await updating.now();
  await updating.want(web('2.0.0'));
  expect((await updating.now()).text).toContain('given-up');
  for (const between of [web('1.0.0'), []]) {
    await updating.want(between);
    expect((await updating.now()).ok).toBe(true);
    const before = reports.length;
    await updating.want(web('2.0.0'));
    expect(reports.slice(before)[0]).toMatchObject({ text: 'planned', attempt: 1 });
  }
  await updating.stop();
});

it('says of a version that a person took away that it is left alone', async () => {
  await using it = await world((root) => [archive(root, 'web', '1.0.0')]);
  const { updating } = await it.open({});
  await updating.want(web('1.0.0'));
  expect(await updating.now()).toEqual({
    ok: true,
    text: 'nothing to do: 1 packages are as wanted',
  });
  await rm(join(it.root, 'web/current'));
  // The look at what runs comes with a start.
  await updating.start();
  expect(updating.packages()).toEqual([]);
  const answer = await updating.now();
  expect(answer.text).toMatch(/^web 1\.0\.0: fell-back: .* until another version is wanted$/);
  expect(answer.ok).toBe(false);
  expect(updating.wants()[0]?.why).toMatch(/^fell-back/);
  await updating.stop();
});

it('tells that an update cannot be written down, once, and goes on when it can', async () => {
  await using it = await world((root) => [archive(root, 'web', '1.0.0')]);
  const texts = new Map<string, string>();
  let isFull = true;
  const facts: UpdatingDeps['facts'] = {
    get: (name) => texts.get(name),
    names: (group) => [...texts.keys()].filter((name) => name.startsWith(`${group}/`)),
    put: async (name, text) => {
      const cause = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
      if (isFull) throw new Error(`fact ${name} could not be written`, { cause });
      await Promise.resolve(texts.set(name, text));
    },
    remove: async (name) => {
      await Promise.resolve(texts.delete(name));
    },
  };
  const { updating, reports } = await it.open({ facts });
  await updating.want(web('1.0.0'));
  expect((await updating.now()).text).toMatch(/^web 1\.0\.0: no-space: /);
  expect(reports.map(({ state, text }) => [state, text.slice(0, 9)])).toEqual([
    ['skipped', 'no-space:'],
  ]);
  isFull = false;
  await updating.now();
  await updating.want(web('1.0.0'));
  expect(updating.packages().map(({ version }) => version)).toEqual(['1.0.0']);
  await updating.stop();
});
