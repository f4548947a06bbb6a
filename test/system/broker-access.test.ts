/** What clients may not do is swallowed or refused, and they stay connected. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { describe, expect, it } from 'vitest';
import { createEmbeddedBroker } from '../../collector/io/broker/embedded-broker.ts';
import { TestBroker } from '../support/broker.ts';
import { Inbox, until } from '../support/inbox.ts';
import { connectPacket, RawClient } from '../support/raw-mqtt.ts';
import { tempFolder } from '../support/temp-folder.ts';

async function watch(broker: TestBroker): Promise<Inbox<string>> {
  const seen = new Inbox<string>();
  const watcher = await broker.client('Watcher');
  watcher.on('message', (topic) => seen.push(topic));
  await watcher.subscribeAsync('#', { qos: 1 });
  return seen;
}

async function denied(client: MqttClient, filter: string): Promise<boolean> {
  return client.subscribeAsync(filter).then(
    () => false,
    () => true,
  );
}

describe('the embedded broker', () => {
  it('swallows what a device may not publish, acknowledges it, and goes on', async () => {
    await using broker = await TestBroker.start();
    const seen = await watch(broker);
    const device = await broker.client('dev-1');
    const branch = 'muster/v1/a/dev-1';
    const forbidden = [
      'muster/v1/a/dev-2/m',
      'muster/v1/a/dev-2/state',
      `${branch}/desired`,
      `${branch}/cmd/x-1`,
      `${branch}/json/state`,
      `${branch}/unknown`,
      'muster/v2/a/dev-1/m',
      '$SYS/broker/x',
      'elsewhere',
    ];
    for (const topic of forbidden) {
      for (const qos of [1, 2] as const)
        await device.publishAsync(topic, 'x', { qos, retain: true });
    }
    await device.publishAsync(`${branch}/m`, 'fine', { qos: 1 });
    expect(await seen.take(1)).toEqual([`${branch}/m`]);
    expect(broker.got.items.map(({ topic }) => topic)).toEqual([`${branch}/m`]);
    expect(broker.refused('topic')).toBe(forbidden.length * 2);
    expect(device.connected).toBe(true);
    // Nothing of it was kept either.
    const late = await broker.client('Late');
    const kept = new Inbox<string>();
    late.on('message', (topic) => kept.push(topic));
    await late.subscribeAsync('#');
    await device.publishAsync(`${branch}/health`, 'fine', { qos: 1 });
    expect(await kept.take(1)).toEqual([`${branch}/health`]);
  });

  it('keeps only what the table marks as retained', async () => {
    await using broker = await TestBroker.start();
    const device = await broker.client('dev-1');
    await device.publishAsync('muster/v1/a/dev-1/m', 'x', { qos: 1, retain: true });
    await device.publishAsync('muster/v1/a/dev-1/state', 'x', { qos: 1, retain: true });
    const late = await broker.client('Late');
    const kept = new Inbox<string>();
    late.on('message', (topic) => kept.push(topic));
    await late.subscribeAsync('#');
    await device.publishAsync('muster/v1/a/dev-1/event', 'x', { qos: 1 });
    expect(await kept.take(2)).toEqual(['muster/v1/a/dev-1/state', 'muster/v1/a/dev-1/event']);
  });

  it('delivers no will that its client could not publish', async () => {
    await using broker = await TestBroker.start();
    const seen = await watch(broker);
    for (const topic of ['muster/v1/a/dev-2/state', '$SYS/x', 'muster/v1/a/dev-1/desired']) {
      const will = { topic, payload: Buffer.from('x'), qos: 1 as const, retain: true };
      const device = await broker.client('dev-1', { will });
      device.stream.destroy();
      await until(() => broker.bus.stats().connections === 1);
    }
    await until(() => broker.refused('topic') === 3);
    const device = await broker.client('dev-1');
    await device.publishAsync('muster/v1/a/dev-1/m', 'x', { qos: 1 });
    expect(await seen.take(1)).toEqual(['muster/v1/a/dev-1/m']);
    expect(broker.got.items).toHaveLength(1);
  });

  it('refuses filters with 0x80, one by one', async () => {
    await using broker = await TestBroker.start();
    const device = await broker.client('dev-1');
    const granted = await device
      .subscribeAsync(['muster/v1/a/dev-1/ack', 'muster/v1/a/dev-1/desired'], { qos: 1 })
      .then((all) => all.map(({ qos }) => qos));
    expect(granted).toEqual([1, 1]);
    const others = ['#', 'muster/v1/a/dev-2/cmd/+', '$SYS/#', '$share/g/muster/v1/a/dev-1/ack'];
    for (const filter of others) expect(await denied(device, filter), filter).toBe(true);
    const watcher = await broker.client('Watcher');
    for (const filter of ['$SYS/#', '$share/g/#']) expect(await denied(watcher, filter)).toBe(true);
    expect(broker.refused('filter')).toBe(others.length + 2);
    expect(device.connected && watcher.connected).toBe(true);
  });

  it('lets an observer publish nothing', async () => {
    await using broker = await TestBroker.start();
    const observer = await broker.client('mosq-Abc');
    await observer.publishAsync('muster/v1/a/dev-1/state', 'x', { qos: 1, retain: true });
    expect(broker.got.items).toHaveLength(0);
    expect(broker.refused('topic')).toBe(1);
  });

  it('delays PUBACK until the message was received', async () => {
    let answer: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await using broker = await TestBroker.start({}, () => held);
    const device = await broker.client('dev-1');
    let acknowledged = false;
    const sent = device.publishAsync('muster/v1/a/dev-1/m', 'x', { qos: 1 }).then(() => {
      acknowledged = true;
    });
    await broker.got.take(1);
    // A whole round trip on another connection: the answer would have come.
    const other = await broker.client('Watcher');
    await other.subscribeAsync('#');
    expect(acknowledged).toBe(false);
    answer();
    await sent;
  });

  it('survives a receiver that breaks its word and rejects', async () => {
    await using broker = await TestBroker.start({}, () => Promise.reject(new Error('no')));
    const device = await broker.client('dev-1');
    for (let i = 0; i < 3; i += 1) {
      await device.publishAsync('muster/v1/a/dev-1/m', 'x', { qos: 1 });
    }
    expect(device.connected).toBe(true);
  });

  it('gives a client id to who comes last, and counts it', async () => {
    await using broker = await TestBroker.start();
    const first = await RawClient.connected(broker.url, 'dev-1');
    const second = await RawClient.connected(broker.url, 'dev-1');
    await first.closed;
    expect(broker.bus.stats()).toMatchObject({ takeovers: 1 });
    expect(second.socket.destroyed).toBe(false);
    second.socket.destroy();
  });

  it('names what it does not speak: MQTT 5', async () => {
    await using broker = await TestBroker.start();
    const modern = await RawClient.open(broker.url);
    modern.socket.write(connectPacket('dev-1', 0, 5));
    await modern.closed;
    expect(broker.refused('protocol-version')).toBe(1);
  });

  it('says which address is taken', async () => {
    await using broker = await TestBroker.start();
    const port = Number(new URL(broker.url).port);
    const second = createEmbeddedBroker({ listen: { host: '127.0.0.1', port } });
    const started = second.start(() => undefined);
    await expect(started).rejects.toMatchObject({
      code: 'bus-listen',
      message: expect.stringContaining(`127.0.0.1:${port}: EADDRINUSE`) as string,
    });
  });
});

describe.skipIf(!haveOpenssl())('over TLS (skipped where openssl is missing)', () => {
  it('serves the same, with the same limits', async () => {
    await using folder = await tempFolder('tls');
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(folder.path, name));
    const request = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
    ];
    const names = [
      '-subj',
      '/CN=localhost',
      '-addext',
      'subjectAltName=IP:127.0.0.1',
      '-days',
      '1',
    ];
    const files = ['-keyout', key as string, '-out', cert as string];
    execFileSync('openssl', [...request, ...names, ...files], { stdio: 'ignore' });
    const tls = { key: readFileSync(key as string), cert: readFileSync(cert as string) };
    const listen = { host: '127.0.0.1', port: 0, tls };
    await using broker = await TestBroker.start({}, undefined, { listen });
    expect(broker.url).toMatch(/^mqtts:/);
    const device = await connectAsync(broker.url, { clientId: 'dev-1', ca: tls.cert });
    await device.publishAsync('muster/v1/a/dev-1/m', 'x', { qos: 1 });
    await broker.got.take(1);
    device.stream.write(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]));
    await until(() => broker.refused('packet-size') === 1);
    await device.endAsync(true);
    // Closing does not wait for somebody who never finishes the handshake.
    await RawClient.open(broker.url);
  });
});

function haveOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
