/** The embedded broker by itself: CPU for each QoS 1 message, memory of idle connections. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { deviceFilters } from '../../../protocol/topics.ts';
import {
  connectPacket,
  publishPacket,
  RawClient,
  subscribePacket,
} from '../../support/raw-mqtt.ts';

export const describe =
  'CPU for each QoS 1 message, memory of an idle connection, plain and TLS: [messages (0: none)] [connections]';

const CONNECTIONS = 200;
const PAYLOAD_BYTES = 160;
const WINDOW = 16;
const HOST = join(import.meta.dirname, '../broker/host.ts');

export async function run(args: string[]): Promise<void> {
  const messages = Math.ceil(Number(args[0] ?? 300_000) / CONNECTIONS) * CONNECTIONS;
  if (messages > 0) {
    for (const mode of ['sync', 'promise', 'journal']) await publishing(mode, messages, false);
    await publishing('sync', messages, true);
  }
  for (const secure of [false, true]) await idle(Number(args[1] ?? 15_000), secure);
}

async function publishing(mode: string, messages: number, watched: boolean): Promise<void> {
  const { child, url } = await start([mode, String(messages)]);
  if (watched) {
    // Every message takes the long way through aedes, and goes out once more.
    const watcher = await RawClient.connected(url, 'Watcher');
    watcher.socket.write(subscribePacket(1, ['muster/v1/+/+/m/#']));
    await watcher.received.take(2);
  }
  const told = reply(child);
  const started = performance.now();
  const share = messages / CONNECTIONS;
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, i) => flood(url, `dev-${i}`, share)));
  const perSecond = Math.round((messages / (performance.now() - started)) * 1_000);
  const { cpuUs } = (await told) as { cpuUs: number };
  const what = `${mode}${watched ? ', one watcher' : ''}`;
  console.log(`${what}: ${cpuUs.toFixed(2)} µs CPU a message, ${perSecond} messages/s`);
  child.disconnect();
}

/** Keeps a window of messages under way until all are acknowledged. */
async function flood(url: string, id: string, share: number): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const packet = publishPacket(`muster/v1/plant/${id}/m`, Buffer.alloc(PAYLOAD_BYTES, 1), 1);
  let sent = 0;
  let answered = -4;
  const send = (count: number) => {
    const step = Math.min(count, share - sent);
    sent += step;
    if (step > 0) socket.write(Buffer.concat(Array.from({ length: step }, () => packet)));
  };
  socket.write(connectPacket(id));
  socket.on('data', (bytes) => {
    const before = Math.max(0, Math.floor(answered / 4));
    if (answered < 0) send(WINDOW);
    answered += bytes.length;
    send(Math.floor(answered / 4) - before);
    if (answered === share * 4) socket.destroy();
  });
  await once(socket, 'close');
}

/** Connections are set up so many at a time: more would wait for their handshakes in line. */
const AT_ONCE = 50;

async function idle(connections: number, secure: boolean): Promise<void> {
  const { child, url } = await start(['sync', '0', secure ? 'tls' : '']);
  const sockets: Socket[] = [];
  const began = performance.now();
  let next = 0;
  const lane = async () => {
    while (next < connections) sockets.push(await quiet(url, `dev-${next++}`, secure));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  const perSecond = connections / ((performance.now() - began) / 1_000);
  const told = reply(child);
  child.send('measure');
  const answer = (await told) as { connections: number; kbEach: number };
  console.log(
    `${answer.connections} idle devices, ${secure ? 'TLS' : 'plain'}: ${answer.kbEach.toFixed(1)} KB each, ${perSecond.toFixed(0)} connects/s`,
  );
  for (const socket of sockets) socket.destroy();
  child.disconnect();
}

/** A device that connected, subscribed to what is for it, and says no more. */
async function quiet(url: string, id: string, secure: boolean): Promise<Socket> {
  const { port } = new URL(url);
  const at = { host: '127.0.0.1', port: Number(port) };
  const socket = secure ? connectTls({ ...at, rejectUnauthorized: false }) : connect(at);
  socket.once('error', () => undefined);
  await once(socket, secure ? 'secureConnect' : 'connect');
  socket.write(connectPacket(id));
  await once(socket, 'data');
  socket.write(subscribePacket(1, deviceFilters('plant', id)));
  await once(socket, 'data');
  return socket;
}

async function start(args: string[]): Promise<{ child: ChildProcess; url: string }> {
  const child = fork(HOST, args, { execArgv: ['--import', 'tsx', '--expose-gc'] });
  const { url } = (await reply(child)) as { url: string };
  return { child, url };
}

async function reply(child: ChildProcess): Promise<unknown> {
  const [message] = (await once(child, 'message')) as [unknown];
  return message;
}
