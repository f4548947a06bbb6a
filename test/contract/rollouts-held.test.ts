/** The whole collector and devices that hold an update back: what people see of it, over a restart, to the end. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CollectorApp } from '../../collector/app.ts';
import { run } from '../../collector/cli/program.ts';
import type { DesiredView } from '../../collector/ports/fleet-desk.ts';
import { collectorInProcess } from '../support/collector-in-process.ts';
import { Asking } from '../support/rollouts/asking.ts';
import { MqttDevice } from '../support/rollouts/mqtt-device.ts';
import { Repository } from '../support/rollouts/repository.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

const FILE = `packages: [{ name: app, version: 2.0.0 }]
onFailure: pause
device: { retries: 0 }
limits: { parallel: 1 }
stages: [{ name: all, devices: [pi-0, pi-1], gates: { ended: 100 } }]
`;

const WHY = 'held: window night is closed';

let folder: TempFolder;
let app: CollectorApp | undefined;
const asking = new Asking(() => app?.httpAddress() ?? '');

beforeEach(async () => {
  folder = await tempFolder('held');
  const releases = join(folder.path, 'data', 'releases');
  const repository = await Repository.make(releases, folder.path);
  await repository.add('app', '1.0.0', { all: 'one' });
  await repository.add('app', '2.0.0', { all: 'two' });
  await repository.publish();
});

afterEach(async () => {
  await app?.stop();
  app = undefined;
  await folder[Symbol.asyncDispose]();
});

async function start(devices: readonly MqttDevice[]): Promise<void> {
  app = await collectorInProcess(join(folder.path, 'data'));
  await Promise.all(devices.map((one) => one.connect(app?.busAddresses()[0] ?? '')));
}

async function muster(...args: readonly string[]): Promise<string> {
  let out = '';
  const io = {
    out: (text: string) => {
      out += text;
    },
    err: () => undefined,
    ...{ fetch, terminal: false, now: Date.now, env: {} },
    signal: new AbortController().signal,
    sleep: () => Promise.resolve(),
  };
  await run(['--url', app?.httpAddress() ?? '', ...args], io, '0');
  return out;
}

it('is shown with its words, leaves its place to another, is known after a restart, and is updated', async () => {
  const packages = [{ name: 'app', version: '1.0.0' }];
  const devices = ['pi-0', 'pi-1'].map((id) => new MqttDevice({ id, packages, holds: WHY }));
  await start(devices);
  const { id } = await asking.start(FILE);
  // The second is only told because the first does not count any more.
  await asking.until(id, ({ counts }) => counts.held === 2);
  const held = { state: 'held', reason: 'held', text: WHY, attempt: 1 };
  expect(await asking.rows(id)).toMatchObject([held, held]);
  expect((await asking.view(id)).reasons).toEqual({ held: 2 });
  expect(await (await fetch(`${app?.httpAddress()}/metrics`)).text()).toContain(
    'muster_rollout_devices{state="held"} 2',
  );

  expect(await asking.ask<DesiredView>('GET', '/api/muster/v1/devices/pi-0/desired')).toMatchObject(
    {
      packages: [{ name: 'app', version: '2.0.0' }],
      reported: { packages: [{ name: 'app', version: '1.0.0', slot: '' }] },
    },
  );
  expect(await muster('config', 'device', 'pi-0')).toMatch(
    /^package app: +2\.0\.0 is wanted, has 1\.0\.0$/m,
  );

  await Promise.all(devices.map((one) => one.leave()));
  await app?.stop();
  await start(devices);
  expect(await asking.rows(id)).toMatchObject([held, held]);
  const [one, two] = devices;
  await one?.begin();
  await asking.until(id, ({ counts }) => counts.updating === 1 && counts.held === 1);
  await one?.end();
  await two?.begin();
  await two?.end();
  const { counts } = await asking.until(id, ({ state }) => state === 'done');
  expect(counts).toMatchObject({ succeeded: 2, failed: 0 });
  expect(await muster('config', 'device', 'pi-0')).toMatch(/^package app: +2\.0\.0$/m);
  expect(devices.map(({ told }) => told)).toEqual([['app@2.0.0'], ['app@2.0.0']]);
  await Promise.all(devices.map((each) => each.leave()));
});
