/** The embedded broker by itself: CPU for each QoS 1 message, memory of idle connections. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { deviceFilters } from '../../../protocol/topics.ts';
import {
  connectPacket,
  publishPacket,
  RawClient,
  subscribePacket,
} from '../../support/raw-mqtt.ts';

export const describe =
  'CPU for each QoS 1 message, memory of an idle connection: [messages] [connections]';

const CONNECTIONS = 200;
const PAYLOAD_BYTES = 160;
const WINDOW = 16;
const HOST = join(import.meta.dirname, '../broker/host.ts');

export async function run(args: string[]): Promise<void> {
  const messages = Math.ceil(Number(args[0] ?? 300_000) / CONNECTIONS) * CONNECTIONS;
  for (const mode of ['sync', 'promise', 'journal']) await publishing(mode, messages, false);
  await publishing('sync', messages, true);
  await idle(Number(args[1] ?? 8_000));
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

async function idle(connections: number): Promise<void> {
  const { child, url } = await start(['sync']);
  const clients: RawClient[] = [];
  for (let i = 0; i < connections; i += 1) {
    const client = await RawClient.connected(url, `dev-${i}`);
    client.socket.write(subscribePacket(1, deviceFilters('plant', `dev-${i}`)));
    clients.push(client);
  }
  await Promise.all(clients.map(({ received }) => received.take(2)));
  const told = reply(child);
  child.send('measure');
  const answer = (await told) as { connections: number; kbEach: number };
  console.log(`${answer.connections} idle devices: ${answer.kbEach.toFixed(1)} KB each`);
  for (const { socket } of clients) socket.destroy();
  child.disconnect();
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
