/** The collector, killed again and again in the middle of a rollout: nothing twice, nothing forgotten. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Pipeline } from '../support/pipeline/pipeline.ts';
import { bundlePrograms } from '../support/pipeline/programs.ts';
import { Asking } from '../support/rollouts/asking.ts';
import { MqttDevice } from '../support/rollouts/mqtt-device.ts';
import { Repository } from '../support/rollouts/repository.ts';

const FILE = `packages: [{ name: app, version: 2.0.0 }]
onFailure: rollback-all
device: { retries: 1, backoff: 1s }
limits: { parallel: 3 }
stages:
  - name: canary
    count: 4
    gates: { success: 0 }
  - name: all
    share: 100
    gates: { success: 50 }
`;
const DEVICES = 24;
/** Devices that have been told when the collector is killed. */
const KILLS = [1, 4, 8, 13, 19];

let folder = '';
let pipeline: Pipeline;
const devices = Array.from(
  { length: DEVICES },
  (_, i) =>
    new MqttDevice({
      id: `pi-${String(i).padStart(2, '0')}`,
      packages: [{ name: 'app', version: '1.0.0' }],
      bad: new Set(i % 8 === 5 ? ['2.0.0'] : []),
    }),
);
const asking = new Asking(() => pipeline.address.http);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mstr-rollout-'));
  const programs = await bundlePrograms();
  pipeline = await Pipeline.open({ folder, programs, intervalMs: 1_000, batchMs: 1_000 });
  const repository = await Repository.make(join(pipeline.collectorData, 'releases'), folder);
  await repository.add('app', '1.0.0', { all: 'one' });
  await repository.add('app', '2.0.0', { all: 'two' });
  await repository.publish();
  await start();
});
afterAll(async () => {
  await Promise.all(devices.map((one) => one.leave()));
  await pipeline.close();
  await rm(folder, { recursive: true, force: true });
});

async function start(): Promise<void> {
  await pipeline.startCollector();
  const url = `mqtt://127.0.0.1:${pipeline.address.mqttPort}`;
  await Promise.all(devices.map((one) => one.connect(url)));
}

it('starts no device twice and forgets none, with five kills', async () => {
  const { id } = await asking.start(FILE);
  for (const told of KILLS) {
    while (devices.filter((one) => one.told.length > 0).length < told)
      await new Promise((resolve) => setTimeout(resolve, 5));
    await pipeline.collector.end('SIGKILL');
    await start();
  }
  await asking.until(id, ({ state }) => state === 'done');
  const rows = await asking.rows(id);
  expect(rows).toHaveLength(DEVICES);
  for (const [i, { device, state, attempt }] of rows.entries()) {
    const one = devices[i];
    expect(one?.id).toBe(device);
    const bad = i % 8 === 5;
    expect([device, state, attempt, one?.attempts]).toEqual([
      device,
      bad ? 'failed' : 'succeeded',
      bad ? 2 : 1,
      bad ? ['2.0.0', '2.0.0'] : ['2.0.0'],
    ]);
    // Between two attempts, and after the last, what it had is wanted of it.
    const [first, second] = ['app@2.0.0', 'app@1.0.0'];
    expect(one?.told).toEqual(bad ? [first, second, first, second] : [first]);
    const { files } = await asking.directed(device);
    expect(Object.keys(files)).toEqual([
      bad ? 'app/1.0.0/app-1.0.0-all' : 'app/2.0.0/app-2.0.0-all',
    ]);
  }
});
