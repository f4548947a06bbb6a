/**
 * The whole collector: releases that the real commands publish, rollouts over HTTP, devices over MQTT,
 * and what the director tells each device, over restarts and from an older copy.
 */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { CollectorApp } from '../../collector/app.ts';
import { collectorInProcess } from '../support/collector-in-process.ts';
import { Asking } from '../support/rollouts/asking.ts';
import { MqttDevice, type MqttDeviceOptions } from '../support/rollouts/mqtt-device.ts';
import { Repository } from '../support/rollouts/repository.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

const FILE = `packages: [{ name: app, version: 2.0.0 }]
onFailure: pause
device: { retries: 0 }
stages:
  - name: canary
    devices: [pi-0]
    gates: { approval: true }
  - name: all
    share: 100
    gates: { success: 50 }
`;

let template: TempFolder;
let folder: TempFolder;
let app: CollectorApp | undefined;
let devices: MqttDevice[] = [];
const asking = new Asking(() => app?.httpAddress() ?? '');

beforeAll(async () => {
  template = await tempFolder('releases');
  const repository = await Repository.make(join(template.path, 'releases'), template.path);
  await repository.add('app', '1.0.0', { all: 'one' });
  await repository.add('app', '2.0.0', { arm64: 'two', amd64: 'zwei' });
  await repository.publish();
  return () => template[Symbol.asyncDispose]();
});

beforeEach(async () => {
  folder = await tempFolder('rollouts');
  await cp(join(template.path, 'releases'), join(folder.path, 'data', 'releases'), {
    recursive: true,
  });
});

afterEach(async () => {
  await stop();
  devices = [];
  await folder[Symbol.asyncDispose]();
});

async function start(data = 'data'): Promise<void> {
  app = await collectorInProcess(join(folder.path, data));
  await Promise.all(devices.map((one) => one.connect(app?.busAddresses()[0] ?? '')));
}

async function stop(): Promise<void> {
  await Promise.all(devices.map((one) => one.leave()));
  await app?.stop();
  app = undefined;
}

function device(id: string, more: Partial<MqttDeviceOptions> = {}): MqttDevice {
  const made = new MqttDevice({ id, packages: [{ name: 'app', version: '1.0.0' }], ...more });
  devices.push(made);
  return made;
}

it('brings a release to devices, over a restart, and takes it back with newer metadata', async () => {
  const canary = device('pi-0');
  const other = device('pc-1', { arch: 'x64' });
  device('pi-2', { bad: new Set(['2.0.0']) });
  device('old-3', { arch: 'arm' });
  await start();
  const { id } = await asking.start(FILE);
  await asking.until(id, ({ stages }) => stages[0]?.state === 'asking');
  expect(other.told).toEqual([]);
  await stop();

  await start();
  await asking.act(id, 'approve');
  await asking.until(id, ({ state }) => state === 'done');
  const ends = (await asking.rows(id)).map(({ device: one, state, reason }) => [
    one,
    state,
    reason,
  ]);
  expect(ends).toEqual([
    ['old-3', 'skipped', 'wrong-architecture'],
    ['pc-1', 'succeeded', undefined],
    ['pi-0', 'succeeded', undefined],
    ['pi-2', 'failed', 'failed'],
  ]);
  const newer = await asking.directed('pi-0');
  expect(Object.keys(newer.files)).toEqual(['app/2.0.0/app-2.0.0-arm64']);
  expect(Object.keys((await asking.directed('pc-1')).files)).toEqual(['app/2.0.0/app-2.0.0-amd64']);
  expect(Object.keys((await asking.directed('pi-2')).files)).toEqual(['app/1.0.0/app-1.0.0-all']);
  expect((await asking.directed('old-3')).files).toEqual({});
  const inUse = await fetch(`${app?.httpAddress()}/api/muster/v1/releases/in-use`);
  expect(await inUse.text()).toBe('app 1.0.0\napp 2.0.0\n');

  await asking.act(id, 'rollback');
  await asking.until(id, ({ state }) => state === 'reverted');
  expect([canary.told, other.told]).toEqual(
    Array.from({ length: 2 }, () => ['app@2.0.0', 'app@1.0.0']),
  );
  const older = await asking.directed('pi-0');
  expect(Object.keys(older.files)).toEqual(['app/1.0.0/app-1.0.0-all']);
  expect(older.version).toBeGreaterThan(newer.version);
  expect(older.files['app/1.0.0/app-1.0.0-all']).toBeGreaterThan(newer.version);
  const { events } = await asking.ask<{ events: { text: string }[] }>(
    'GET',
    '/api/muster/v1/events?device=_collector&name=rollout.changed&limit=100',
  );
  const texts = events.map(({ text }) => text);
  expect(texts).toContain(`${id}: started`);
  expect(texts).toContain(`${id}: reverted`);
});

it('goes above what a device believed when it comes from an older copy', async () => {
  const one = device('pi-0');
  await start();
  const { id } = await asking.start(FILE.replace('gates: { approval: true }', 'gates: {}'));
  await asking.until(id, ({ state }) => state === 'done');
  const told = await asking.directed('pi-0');
  await stop();
  await cp(join(folder.path, 'data'), join(folder.path, 'copy'), { recursive: true });

  await start();
  await asking.act(id, 'rollback');
  await asking.until(id, ({ state }) => state === 'reverted');
  const believed = await asking.directed('pi-0');
  expect(Object.keys(believed.files)).toEqual(['app/1.0.0/app-1.0.0-all']);
  await stop();

  // Far ahead, as when the clock was wrong then: not merely the time makes it newer.
  const directed = believed.version + 86_400_000;
  devices = [];
  const same = device('pi-0', { packages: one.packages, directed });
  await start('copy');
  await asking.until(id, () => same.packages[0]?.version === '2.0.0');
  const anew = await asking.directed('pi-0');
  expect(Object.keys(anew.files)).toEqual(Object.keys(told.files));
  expect(anew.version).toBeGreaterThan(directed);
  expect(Math.min(...Object.values(anew.files))).toBeGreaterThan(directed);
});

it('refuses what is not published, and forgets a device everywhere', async () => {
  device('pi-0');
  await start();
  await expect(asking.start(FILE.replace('2.0.0', '3.0.0'))).rejects.toThrow(
    'line 1: packages.0: app 3.0.0 is not published: it is a draft, was withdrawn or never was; there are 2.0.0, 1.0.0',
  );
  const { id } = await asking.start(FILE);
  await asking.until(id, ({ stages }) => stages[0]?.state === 'asking');
  await asking.directed('pi-0');
  await devices[0]?.leave();
  await asking.ask('DELETE', '/api/muster/v1/devices/pi-0');
  expect(await asking.rows(id)).toMatchObject([{ state: 'skipped', reason: 'forgotten' }]);
  await expect(asking.directed('pi-0')).rejects.toThrow('404');
  const inUse = await fetch(`${app?.httpAddress()}/api/muster/v1/releases/in-use`);
  // What it could have gone back to is known of the rollout, not of the device.
  expect(await inUse.text()).toBe('app 1.0.0\n');
});
