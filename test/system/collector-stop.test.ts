/** The collector as a whole: a stop under load, a disk that refuses, what it says of itself. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { decodeAck } from '../../protocol/messages/ack.ts';
import { Inbox } from '../support/inbox.ts';
import { TestDevice } from '../support/ingest/device.ts';
import { Pipeline } from '../support/pipeline/pipeline.ts';
import { bundlePrograms } from '../support/pipeline/programs.ts';

const MESSAGES = 1_000;
let folder = '';
let pipeline: Pipeline;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mstr-stop-'));
  const programs = await bundlePrograms();
  pipeline = await Pipeline.open({ folder, programs, intervalMs: 1_000, batchMs: 1_000 });
  await pipeline.startCollector();
});
afterAll(async () => {
  await pipeline.close();
  await rm(folder, { recursive: true, force: true });
});

async function stored(): Promise<number[]> {
  const time = Math.ceil(Date.now() / 1_000) + MESSAGES;
  const query = new URLSearchParams({ query: 'a[3h]', time: String(time) });
  const response = await fetch(`${pipeline.address.http}/api/v1/query?${query.toString()}`);
  const body = (await response.json()) as { data: { result: { values: [number, string][] }[] } };
  return body.data.result.flatMap(({ values }) => values.map(([, value]) => Number(value)));
}

it('loses nothing that it acknowledged, and stops at once, with 1,000 messages in flight', async () => {
  const device = new TestDevice('pi-1', 'lab');
  const url = `mqtt://127.0.0.1:${pipeline.address.mqttPort}`;
  const client = await connectAsync(url, { clientId: device.id, reconnectPeriod: 0 });
  client.on('error', () => {});
  const acks = new Inbox<readonly { readonly first: number; readonly last: number }[]>();
  client.on('message', (_, payload) => {
    const ack = decodeAck(payload);
    if (ack.ok) acks.push(ack.value.ranges);
  });
  await client.subscribeAsync('muster/v1/lab/pi-1/ack');
  const start = Date.now() - 3_600_000;
  const send = ({ topic, payload }: { topic: string; payload: Uint8Array }) =>
    client.publishAsync(topic, Buffer.from(payload), { qos: 1 }).catch(() => undefined);
  await send(device.state());
  await send(device.schema());
  const publishing = Array.from({ length: MESSAGES }, (_, i) =>
    send(device.batch(i + 1, { wall: start + i * 1_000 })),
  );
  await acks.take(1, (ranges) => ranges.length > 0);
  const before = performance.now();
  await pipeline.collector.end('SIGTERM');
  const stopMs = performance.now() - before;
  await client.endAsync(true);
  await Promise.all(publishing);
  const acked = Math.max(...acks.items.flat().map(({ last }) => last));
  // Far below what systemd gives it.
  expect(stopMs).toBeLessThan(20_000);
  await pipeline.startCollector();
  const values = await stored();
  expect(new Set(values).size).toBe(values.length);
  for (let number = 1; number <= acked; number++) expect(values).toContain(number);
});

it('forgets a device on request: its retained topics are gone from the broker', async () => {
  const { http, mqttPort } = pipeline.address;
  const url = `mqtt://127.0.0.1:${mqttPort}`;
  for (const id of ['pi-1', 'pi-2']) {
    const { topic, payload } = new TestDevice(id, 'lab').state();
    const client = await connectAsync(url, { clientId: id });
    await client.publishAsync(topic, Buffer.from(payload), { qos: 1, retain: true });
    await client.endAsync();
  }
  const device = `${http}/api/muster/v1/devices/pi-1`;
  expect((await fetch(device, { method: 'DELETE' })).status).toBe(204);
  expect((await fetch(device)).status).toBe(404);
  const seen = new Inbox<string>();
  const watcher = await connectAsync(url, { clientId: 'Watcher' });
  watcher.on('message', (topic) => seen.push(topic));
  await watcher.subscribeAsync('muster/v1/lab/+/state');
  // Kept after the other one, so it would come after it.
  await seen.take(1, (topic) => topic.includes('pi-2'));
  expect(seen.items).toEqual(['muster/v1/lab/pi-2/state']);
  await watcher.endAsync();
});

it('says of itself what it did and how its parts do', async () => {
  const { http } = pipeline.address;
  const health = (await (await fetch(`${http}/health`)).json()) as {
    status: string;
    components: { name: string; status: string }[];
  };
  expect(health.status).toBe('healthy');
  expect(health.components.map(({ name }) => name)).toEqual([
    'broker',
    'store',
    'journal',
    'rollouts',
    'releases',
    'director',
    'devices',
  ]);
  const metrics = await (await fetch(`${http}/metrics`)).text();
  expect(metrics).toMatch(/^muster_collector_devices 1$/m);
  expect(metrics).toMatch(/^muster_collector_ingest_deferred_total\{reason="storage"\} 0$/m);
});
