/** The agent's MQTT against a broker that behaves (Mosquitto, aedes in `test/system`) or does not. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createMqttTransport } from '../../agent/io/mqtt-transport.ts';
import type { Connection, TransportEvents } from '../../agent/ports.ts';
import { soon } from '../support/soon.ts';

const CONNACK = Buffer.of(0x20, 2, 0, 0);
const will = { topic: 'muster/v1/s/d/state', payload: Buffer.from('gone') };
const cleanups: (() => void)[] = [];

afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

interface Peer {
  readonly socket: Socket;
  /** What the agent has sent. */
  readonly sent: () => Buffer;
}

/** A peer that answers CONNECT with `answer`; the rest is the test's. */
async function peer(answer: Buffer): Promise<{ url: string; peer: Promise<Peer> }> {
  const server = createServer();
  const met = new Promise<Peer>((resolve) => {
    server.on('connection', (socket) => {
      const parts: Buffer[] = [];
      cleanups.push(() => socket.destroy());
      socket.on('error', () => undefined);
      socket.on('data', (bytes: Buffer) => parts.push(bytes));
      socket.once('data', () => {
        socket.write(answer);
        resolve({ socket, sent: () => Buffer.concat(parts) });
      });
    });
  });
  server.listen(0, '127.0.0.1');
  cleanups.push(() => server.close());
  await once(server, 'listening');
  return { url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`, peer: met };
}

function listening() {
  return {
    message: vi.fn<TransportEvents['message']>(),
    closed: vi.fn<TransportEvents['closed']>(),
  };
}

function connect(
  url: string,
  events: TransportEvents,
  { keepaliveMs = 60_000, connectTimeoutMs = 2_000 } = {},
): Promise<Connection> {
  const broker = { url, clientId: 'd', keepaliveMs, connectTimeoutMs };
  return createMqttTransport(broker).connect({ will }, events);
}

/** Connected, with both ends in hand. */
async function connected(options = {}) {
  const { url, peer: met } = await peer(CONNACK);
  const events = listening();
  const connection = await connect(url, events, options);
  const { socket, sent } = await met;
  return { connection, events, socket, sent };
}

/** Waits on the network alone: no timer is needed. */
async function turnsUntil(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe('connecting', () => {
  test('says hello with a will', async () => {
    const { sent } = await connected();
    const hello =
      '\x10\x28\x00\x04MQTT\x04\x2e\x00\x3c\x00\x01d\x00\x13muster/v1/s/d/state\x00\x04gone';
    expect(sent().toString('latin1')).toBe(hello);
  });

  test.each([
    ['a refusal', Buffer.of(0x20, 2, 0, 5), 'not authorized'],
    ['a refusal of its own', Buffer.of(0x20, 2, 0, 77), 'the broker refuses us (77)'],
    ['HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'.padEnd(200)), 'this is not MQTT'],
    ['silence', Buffer.alloc(0), 'no answer within 300 ms'],
  ])('%s is told', async (_, answer, message) => {
    const { url } = await peer(answer);
    const events = listening();
    await expect(connect(url, events, { connectTimeoutMs: 300 })).rejects.toThrow(message);
    expect(events.closed).not.toHaveBeenCalled();
  });

  test('nobody there', async () => {
    await expect(connect('mqtt://127.0.0.1:1', listening())).rejects.toThrow('ECONNREFUSED');
  });
});

describe('a connection', () => {
  test('waits for the answer to each message by its id', async () => {
    const { connection, socket } = await connected();
    const order: string[] = [];
    const publish = async (text: string) => {
      await connection.publish('t', Buffer.from(text), { qos: 1, retain: false });
      order.push(text);
    };
    const both = Promise.all([publish('one'), publish('two')]);
    socket.write(Buffer.of(0x40, 2, 0, 2, 0x40, 2, 0, 1));
    await both;
    expect(order).toEqual(['two', 'one']);
  });

  test('tells which filters are refused', async () => {
    const { connection, socket } = await connected();
    const asked = connection.subscribe(['a', 'b']);
    socket.write(Buffer.of(0x90, 4, 0, 1, 1, 0x80));
    await expect(asked).rejects.toThrow('the broker refused the subscription to b');
  });

  test('hands messages on and acknowledges those of QoS 1', async () => {
    const { events, socket, sent } = await connected();
    const before = sent().length;
    socket.write(
      Buffer.concat([
        Buffer.of(0x30, 4, 0, 1, 0x61, 0x31),
        Buffer.of(0x32, 6, 0, 1, 0x62, 1, 2, 0x32),
      ]),
    );
    await soon(() => expect(sent().subarray(before)).toEqual(Buffer.of(0x40, 2, 1, 2)));
    const told = events.message.mock.calls.map(([topic, payload]) => [topic, String(payload)]);
    expect(told).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
  });

  test('that breaks fails what waits, and is told once', async () => {
    const { connection, events, socket } = await connected();
    const waiting = connection.publish('t', Buffer.of(1), { qos: 1, retain: false });
    socket.end();
    await expect(waiting).rejects.toThrow('the connection was closed');
    expect(events.closed).toHaveBeenCalledExactlyOnceWith({
      reason: 'the connection was closed',
      refused: false,
    });
    await expect(
      connection.publish('t', Buffer.of(1), { qos: 0, retain: false }),
    ).rejects.toThrow();
  });

  test('that hears nonsense ends', async () => {
    const { events, socket } = await connected();
    socket.write(Buffer.of(0x10, 0));
    await soon(() => expect(events.closed).toHaveBeenCalledOnce());
    expect(events.closed.mock.calls[0]?.[0].reason).toBe('this is not MQTT: a packet of type 1');
  });

  test('asks whether the other side lives, and ends when it does not', async () => {
    // The network is real, time is not: however slow the machine is, answers come in time.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    cleanups.push(() => vi.useRealTimers());
    const { events, sent, socket } = await connected({ keepaliveMs: 1_000 });
    const before = sent().length;
    const pings = () => sent().subarray(before).toString('hex');
    vi.advanceTimersByTime(1_000);
    await turnsUntil(() => pings() === 'c000');
    // The message behind the answer tells that both are there.
    socket.write(Buffer.of(0xd0, 0, 0x30, 4, 0, 1, 0x61, 0x31));
    await turnsUntil(() => events.message.mock.calls.length === 1);
    vi.advanceTimersByTime(1_000);
    await turnsUntil(() => pings() === 'c000c000');
    expect(events.closed).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1_000);
    await turnsUntil(() => events.closed.mock.calls.length > 0);
    expect(events.closed).toHaveBeenCalledOnce();
    expect(events.closed.mock.calls[0]?.[0].reason).toBe('no PINGRESP');
  });

  test('says good-bye', async () => {
    const { connection, events, sent, socket } = await connected();
    await connection.end();
    await soon(() => expect(socket.destroyed).toBe(true));
    expect(sent().subarray(-2)).toEqual(Buffer.of(0xe0, 0));
    expect(events.closed).not.toHaveBeenCalled();
  });
});
