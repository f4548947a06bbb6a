/**
 * From a signed release to devices that run it, and back: a collector, the command line and three
 * agents under their launchers, as processes.
 */
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DeviceView } from '../../collector/core/views.ts';
import { FIRST_VERSION, UpdatesFleet } from '../support/updates-fleet/fleet.ts';
import { bundle } from '../support/updates-fleet/programs.ts';

const DEVICES = ['press-1', 'press-2', 'press-3'] as const;
const [FIRST, SECOND, LATE] = DEVICES;
const RUNNING = [FIRST, SECOND];
const BOTH = `device in (${RUNNING.join()})`;
const isRoot = process.geteuid?.() === 0;
const GOOD = '#!/bin/sh\nexit 0\n';
const BAD = '#!/bin/sh\necho no good >&2\nexit 1\n';

let fleet: UpdatesFleet;

beforeAll(async () => {
  if (!isRoot) return;
  fleet = await UpdatesFleet.open(DEVICES);
  for (const device of fleet.devices.values()) device.start();
  await fleet.eventually(
    () => fleet.api<{ devices: readonly DeviceView[] }>('/api/muster/v1/devices'),
    ({ devices }) => devices.filter(({ up }) => up).length === DEVICES.length,
  );
  // Known to the collector, and away until the last of these tests.
  await fleet.devices.get(LATE)?.stop();
}, 300_000);

afterAll(async () => {
  if (isRoot) await fleet[Symbol.asyncDispose]();
});

const specOf = (more: readonly string[] = []) => [
  `installer: { kind: archive, options: { path: ${fleet.place}/app } }`,
  'probe: { windowMs: 1500, command: [bin/probe] }',
  ...more,
];

/** Versions that `current` leads to, device by device. */
const currents = (name: string, devices: readonly string[] = RUNNING) =>
  Promise.all(devices.map((device) => fleet.current(device, name)));

const all = (value: string) => RUNNING.map(() => value);

/** So many of its devices have it. */
const succeeded = (id: string, count: number) =>
  fleet.eventually(
    () => fleet.rows(id),
    (rows) => rows.filter(({ state }) => state === 'succeeded').length === count,
  );

/** What the devices that failed say. One that is slower may be told to go back before it says that it did. */
const failures = async (id: string) => {
  const rows = await fleet.eventually(
    () => fleet.rows(id),
    (some) =>
      some.filter(({ state }) => state === 'failed' || state === 'reverted').length === 2 &&
      some.some(({ state }) => state === 'failed'),
  );
  return rows.filter(({ state }) => state === 'failed').map(({ text }) => text);
};

const packagesOf = async (device: string) => {
  const { reported } = await fleet.api<{
    reported?: { packages?: readonly { name: string; version: string }[] };
  }>(`/api/muster/v1/devices/${device}`);
  return (reported?.packages ?? []).map(({ name, version }) => `${name} ${version}`);
};

it.skipIf(!isRoot)('a good release runs where it was rolled out', async () => {
  const files = { 'bin/probe': GOOD, 'share/hello': 'hello\n' };
  await fleet.release({ name: 'app', version: '1.0.0', files, spec: specOf() });
  const id = await fleet.rollout('app', '1.0.0', BOTH);
  await succeeded(id, 2);
  expect(await currents('app')).toEqual(all('1.0.0'));
  for (const device of RUNNING) expect(await packagesOf(device)).toContain('app 1.0.0');
});

it.skipIf(!isRoot)('one that fails its probe is taken back by the devices themselves', async () => {
  await fleet.release({
    name: 'app',
    version: '2.0.0',
    files: { 'bin/probe': BAD },
    spec: specOf(),
  });
  const id = await fleet.rollout('app', '2.0.0', BOTH);
  for (const told of await failures(id)) expect(told).toContain('probe-failed');
  expect(await currents('app')).toEqual(all('1.0.0'));
  for (const device of RUNNING) expect(await packagesOf(device)).toContain('app 1.0.0');
});

it.skipIf(!isRoot)('one that brings the device down does not keep it down', async () => {
  const marks = fleet.path('marks');
  await writeFile(marks, '');
  await chmod(marks, 0o666);
  const after = `#!/bin/sh\necho here >>${marks}\nexec sleep 60\n`;
  const files = { 'bin/probe': GOOD, 'bin/after': after };
  const hooks = 'hooks: { afterSwitch: [bin/after], timeoutMs: 90000 }';
  await fleet.release({ name: 'app', version: '3.0.0', files, spec: specOf([hooks]) });
  const id = await fleet.rollout('app', '3.0.0', FIRST);
  let cuts = 0;
  await fleet.eventually(
    async () => {
      const seen = (await readFile(marks, 'utf8')).split('\n').length - 1;
      if (seen > cuts) {
        cuts = seen;
        fleet.devices.get(FIRST)?.cut();
      }
      return fleet.rows(id);
    },
    (some) => some.some(({ state }) => state === 'failed'),
  );
  expect(cuts).toBeGreaterThan(1);
  expect(await currents('app')).toEqual(all('1.0.0'));
  expect((await fleet.show(id)).counts.succeeded).toBe(0);
});

it.skipIf(!isRoot)(
  'the agent updates itself, and comes back from a version that does not start',
  async () => {
    const spec = [
      `installer: { kind: agent, options: { path: ${fleet.place}/agent } }`,
      'probe: { windowMs: 1500 }',
    ];
    const versionOf = async (device: string) =>
      (await fleet.api<DeviceView>(`/api/muster/v1/devices/${device}`)).agentVersion;
    expect(await Promise.all(RUNNING.map(versionOf))).toEqual(all(FIRST_VERSION));

    const folder = fleet.path('sources', 'agent');
    await bundle('agent', folder, '0.2.0');
    await fleet.release({ name: 'muster-agent', version: '0.2.0', folder, spec });
    const good = await fleet.rollout('muster-agent', '0.2.0', BOTH);
    await succeeded(good, 2);
    expect(await Promise.all(RUNNING.map(versionOf))).toEqual(all('0.2.0'));

    const files = { 'main.js': 'process.exit(1);\n', 'package.json': '{ "type": "module" }\n' };
    await fleet.release({ name: 'muster-agent', version: '0.3.0', files, spec });
    const bad = await fleet.rollout('muster-agent', '0.3.0', BOTH);
    for (const told of await failures(bad)) expect(told).toContain('worn');
    expect(await currents('agent')).toEqual(all('0.2.0'));
    // A device that has just come back says which one it is with its next connection.
    await fleet.eventually(
      () => Promise.all(RUNNING.map(versionOf)),
      (versions) => versions.every((version) => version === '0.2.0'),
    );
  },
);

it.skipIf(!isRoot)('a device that was away gets it when it comes back', async () => {
  await fleet.eventually(
    () => fleet.api<DeviceView>(`/api/muster/v1/devices/${LATE}`),
    ({ up }) => !up,
  );
  await fleet.release({
    name: 'app',
    version: '1.1.0',
    files: { 'bin/probe': GOOD },
    spec: specOf(),
  });
  const id = await fleet.rollout('app', '1.1.0', 'all');
  const rows = await succeeded(id, 2);
  expect(rows.find(({ device }) => device === LATE)).toMatchObject({ reason: 'offline' });
  fleet.devices.get(LATE)?.start();
  await succeeded(id, 3);
  expect(await currents('app', DEVICES)).toEqual(DEVICES.map(() => '1.1.0'));
  await fleet.eventually(
    () => fleet.show(id),
    ({ state }) => state === 'done',
  );
});
