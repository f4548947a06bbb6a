/** Clients that send too much, too slowly, or never read: the others do not notice. */
import { describe, expect, it } from 'vitest';
import { memoryMb, TestBroker } from '../support/broker.ts';
import { until } from '../support/inbox.ts';
import {
  connectPacket,
  header,
  publishPacket,
  RawClient,
  subscribePacket,
} from '../support/raw-mqtt.ts';

/** Generous: two shared cores, and the attacker runs in the same process. */
/** Who waits for a flood to end waits longer; a machine with other work does not. */
const PROMPT_MS = 5_000;
const TOPIC = 'muster/v1/a/bad-1/m';
const PING = Buffer.from([0xc0, 0]);

describe('a client that', () => {
  it('announces a packet of 60 MB is closed at its header', async () => {
    await using broker = await TestBroker.start();
    const before = memoryMb();
    const { slowestMs } = await broker.whileHealthy(async () => {
      for (let round = 0; round < 5; round += 1) {
        const bad = await RawClient.connected(broker.url, 'bad-1');
        bad.socket.write(header(0x30, 60_000_000));
        const poured = await bad.pour(Buffer.alloc(65_536), 60_000_000);
        await bad.closed;
        expect(poured).toBeLessThan(30_000_000);
      }
    });
    expect(broker.refused('packet-size')).toBe(5);
    expect(slowestMs).toBeLessThan(PROMPT_MS);
    expect(memoryMb() - before).toBeLessThan(60);
  });

  it('is a stranger may not even send 100 kB', async () => {
    await using broker = await TestBroker.start();
    const bad = await RawClient.open(broker.url);
    bad.socket.write(header(0x10, 100_000));
    await bad.closed;
    expect(broker.refused('packet-size')).toBe(1);
  });

  it('sends the largest message that is allowed is heard', async () => {
    await using broker = await TestBroker.start();
    const device = await broker.client('dev-1');
    await device.publishAsync('muster/v1/a/dev-1/m', Buffer.alloc(1_048_576), { qos: 1 });
    expect(broker.got.items[0]?.payload).toHaveLength(1_048_576);
  });

  it('floods with messages is read at its rate, and not disconnected', async () => {
    await using broker = await TestBroker.start({ messagesPerSecond: 1_000 });
    const bad = await RawClient.connected(broker.url, 'bad-1');
    const packet = publishPacket(TOPIC, Buffer.alloc(2_000));
    const started = performance.now();
    const { slowestMs } = await broker.whileHealthy(async () => {
      for (let i = 0; i < 3_500; i += 1) bad.socket.write(packet);
      await broker.got.take(3_500, ({ topic }) => topic === TOPIC);
    });
    // 2,000 at once, and then 1,000 a second.
    expect(performance.now() - started).toBeGreaterThan(1_200);
    expect(broker.refused('rate')).toBeGreaterThan(0);
    expect(bad.socket.destroyed).toBe(false);
    expect(slowestMs).toBeLessThan(PROMPT_MS);
    bad.socket.destroy();
  });

  it('floods with bytes leaves them in its own memory', async () => {
    await using broker = await TestBroker.start({ bytesPerSecond: 1_000_000 });
    const bad = await RawClient.connected(broker.url, 'bad-1');
    const packet = publishPacket(TOPIC, Buffer.alloc(100_000));
    const before = memoryMb();
    await broker.whileHealthy(async () => {
      for (let i = 0; i < 30; i += 1) bad.socket.write(packet);
      await broker.got.take(25, ({ topic }) => topic === TOPIC);
    });
    expect(broker.refused('rate')).toBeGreaterThan(0);
    expect(memoryMb() - before).toBeLessThan(30);
    bad.socket.destroy();
  });

  it('leaves packets half done is closed in time, and holds little memory until then', async () => {
    const limits = { packetMs: 400, connectTimeoutMs: 300, partialBytes: 2_000_000 };
    await using broker = await TestBroker.start(limits);
    const { slowestMs } = await broker.whileHealthy(async () => {
      const silent = await RawClient.open(broker.url);
      const halfConnect = await RawClient.open(broker.url);
      halfConnect.socket.write(connectPacket('bad-1').subarray(0, 9));
      const half = await RawClient.connected(broker.url, 'bad-2');
      half.socket.write(publishPacket(TOPIC, Buffer.alloc(5_000)).subarray(0, 2_500));
      // A byte now and then does not help.
      const drip = setInterval(() => half.socket.write('x'), 50);
      const hungry = await Promise.all(
        Array.from({ length: 5 }, async (_, i) => {
          const client = await RawClient.connected(broker.url, `bad-${i + 3}`);
          const packet = publishPacket(TOPIC, Buffer.alloc(900_000));
          client.socket.write(packet.subarray(0, 800_000));
          return client;
        }),
      );
      await Promise.all([silent, halfConnect, half, ...hungry].map(({ closed }) => closed));
      clearInterval(drip);
    });
    expect(broker.refused('connect-timeout')).toBe(2);
    expect(broker.refused('partial-bytes')).toBeGreaterThanOrEqual(3);
    expect(broker.refused('packet-timeout')).toBeGreaterThanOrEqual(1);
    expect(slowestMs).toBeLessThan(PROMPT_MS);
  });

  it('never reads is disconnected at a bound', async () => {
    await using broker = await TestBroker.start({ queuedBytes: 1_000_000 });
    const bad = await RawClient.connected(broker.url, 'Watcher');
    bad.socket.write(subscribePacket(1, ['#']));
    await bad.received.take(2);
    bad.socket.pause();
    const device = await broker.client('dev-1');
    const before = memoryMb();
    const { slowestMs } = await broker.whileHealthy(async () => {
      while (broker.refused('slow-reader') === 0) {
        await device.publishAsync('muster/v1/a/dev-1/m', Buffer.alloc(100_000), { qos: 1 });
      }
    });
    await until(() => broker.bus.stats().connections === 2);
    expect(memoryMb() - before).toBeLessThan(100);
    expect(slowestMs).toBeLessThan(PROMPT_MS);
    bad.socket.destroy();
  });

  it('asks again and again for all that is retained is answered within bounds', async () => {
    await using broker = await TestBroker.start({ queuedBytes: 1_000_000 });
    const device = await broker.client('dev-1');
    const options = { qos: 1, retain: true } as const;
    await device.publishAsync('muster/v1/a/dev-1/schema', Buffer.alloc(500_000), options);
    const bad = await RawClient.connected(broker.url, 'Watcher');
    bad.socket.pause();
    const before = memoryMb();
    const { slowestMs } = await broker.whileHealthy(async () => {
      const all = Array.from({ length: 1_000 }, (_, i) => subscribePacket(i + 1, ['#']));
      bad.socket.write(Buffer.concat(all));
      await until(() => broker.refused('slow-reader') === 1);
    });
    expect(broker.refused('subscriptions')).toBeGreaterThan(850);
    expect(memoryMb() - before).toBeLessThan(100);
    expect(slowestMs).toBeLessThan(PROMPT_MS);
    bad.socket.destroy();
  });

  it('falls silent is let go, but not one whose pings wait for us', async () => {
    let answer: () => void = () => {};
    const blocked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const waits = ({ topic }: { topic: string }) => (topic === TOPIC ? blocked : undefined);
    await using broker = await TestBroker.start({ pendingMessages: 4 }, waits);
    const waiting = await RawClient.connected(broker.url, 'bad-1', 1);
    for (let id = 1; id <= 4; id += 1) {
      waiting.socket.write(publishPacket(TOPIC, Buffer.alloc(10), id));
    }
    await broker.got.take(4);
    waiting.socket.write(PING);
    const silent = await RawClient.connected(broker.url, 'quiet-1', 1);
    await silent.closed;
    expect(broker.refused('keep-alive')).toBe(1);
    expect(waiting.socket.destroyed).toBe(false);
    answer();
    // Four times PUBACK, and then PINGRESP.
    await until(() => Buffer.concat(waiting.received.items.slice(1)).length === 18);
    waiting.socket.destroy();
  });
});

describe('many', () => {
  it('connections: over the limit they are closed at once', async () => {
    await using broker = await TestBroker.start({ connections: 20 });
    const clients = await Promise.all(
      Array.from({ length: 20 }, (_, i) => RawClient.connected(broker.url, `dev-${i}`)),
    );
    const refused = await RawClient.open(broker.url);
    await refused.closed;
    expect(broker.refused('connections')).toBe(1);
    clients[0]?.socket.destroy();
    await until(() => broker.bus.stats().connections === 19);
    const again = await RawClient.connected(broker.url, 'dev-20');
    for (const { socket } of [...clients, again]) socket.destroy();
  });

  it('topics: 100,000 retained ones of one device keep a handful', async () => {
    await using broker = await TestBroker.start({ messagesPerSecond: 1e9, bytesPerSecond: 1e9 });
    const before = memoryMb();
    const { slowestMs } = await broker.whileHealthy(async () => {
      const bad = await RawClient.connected(broker.url, 'bad-1');
      for (let i = 0; i < 100_000; i += 1000) {
        const packets = Array.from({ length: 1000 }, (_, j) => {
          const packet = publishPacket(`muster/v1/s${i + j}/bad-1/state`, Buffer.from('x'));
          packet[0] = 0x31;
          return packet;
        });
        await bad.pour(Buffer.concat(packets), 1);
      }
      await until(() => broker.refused('retained') >= 99_984);
      bad.socket.destroy();
    });
    expect(broker.refused('retained')).toBe(99_984);
    expect(slowestMs).toBeLessThan(PROMPT_MS);
    expect(memoryMb() - before).toBeLessThan(150);
    const watcher = await broker.client('Watcher');
    let kept = 0;
    watcher.on('message', (_topic, _payload, { retain }) => {
      if (retain) kept += 1;
    });
    await watcher.subscribeAsync('muster/v1/+/+/state');
    await until(() => kept === 16);
  });

  it('filters: 40,000 of one client grant a hundred', async () => {
    await using broker = await TestBroker.start({ messagesPerSecond: 1e9, bytesPerSecond: 1e9 });
    const bad = await RawClient.connected(broker.url, 'Watcher');
    await broker.whileHealthy(async () => {
      for (let id = 1; id <= 40; id += 1) bad.socket.write(subscribePacket(id, filters(id, 1_000)));
      await until(() => broker.refused('subscriptions') === 39_900);
    });
    bad.socket.destroy();
  });

  it('filters count as messages do, and do not come in packets of a megabyte', async () => {
    await using broker = await TestBroker.start({ messagesPerSecond: 1_000 });
    const bad = await RawClient.connected(broker.url, 'Watcher');
    for (let id = 1; id <= 10; id += 1) bad.socket.write(subscribePacket(id, filters(id, 1_000)));
    await until(() => broker.refused('rate') > 0);
    expect(broker.refused('subscriptions')).toBeLessThan(5_000);
    const large = await RawClient.connected(broker.url, 'Other');
    large.socket.write(subscribePacket(1, filters(1, 40_000)));
    await large.closed;
    expect(broker.refused('packet-size')).toBe(1);
    bad.socket.destroy();
  });
});

function filters(of: number, count: number): string[] {
  return Array.from({ length: count }, (_, n) => `muster/v1/+/d${of}-${n}/m`);
}
