/** What a hostile client does to a collector's broker, each until it is told to stop. */
import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectPacket, header, publishPacket, RawClient, subscribePacket } from '../raw-mqtt.ts';

export interface Attack {
  readonly name: string;
  /** What the collector is expected to count it as; none: it only has to bear it. */
  readonly refused: readonly string[];
  /** Rounds follow each other at once, also when the client was thrown out. */
  round(url: string, over: AbortSignal): Promise<void>;
}

const DEVICE = 'bad-1';
const CHUNK = 65_536;

/** 200 messages of 200 B, over and over. */
const FLOOD = repeat(publishPacket(topicOf('s'), randomBytes(200), 1), 200);
const ENDLESS = Number.POSITIVE_INFINITY;
const HALF = Buffer.alloc(900_000);
const LARGE = Buffer.alloc(CHUNK, 7);

export const ATTACKS: readonly Attack[] = [
  {
    name: 'floods with messages that nobody can read',
    refused: ['rate'],
    round: (url, over) =>
      session(url, DEVICE, over, async (client) => {
        await client.pour(FLOOD, ENDLESS);
      }),
  },
  {
    name: 'sends rubbish instead of packets',
    refused: ['malformed', 'packet-size'],
    async round(url, over) {
      const stranger = await RawClient.open(url);
      stranger.socket.write(randomBytes(20_000));
      await Promise.race([stranger.closed, sleep(20)]);
      stranger.socket.destroy();
      await session(url, DEVICE, over, async (client) => {
        client.socket.write(randomBytes(5_000));
        await Promise.race([client.closed, sleep(20)]);
      });
    },
  },
  {
    name: 'opens half packets and stalls',
    refused: ['partial-bytes'],
    round: (url, over) =>
      together(
        url,
        'half',
        over,
        ({ socket }) => {
          socket.write(header(0x30, 1_000_000));
          socket.write(HALF);
        },
        { pauseMs: 8, holdMs: 2_000 },
      ),
  },
  {
    name: 'never reads',
    refused: ['subscriptions'],
    async round(url, over) {
      await session(url, 'Watcher', over, async (client) => {
        client.socket.pause();
        for (let id = 1; id <= 200; id++) client.socket.write(subscribePacket(id, ['#']));
        await until(over);
      });
    },
  },
  {
    name: 'sends packets of 60 MB',
    refused: ['packet-size'],
    round: (url, over) =>
      session(url, DEVICE, over, async (client) => {
        client.socket.write(header(0x30, 60_000_000));
        await client.pour(LARGE, 60_000_000);
        await client.closed;
      }),
  },
  {
    name: 'publishes to 100,000 topics',
    refused: ['retained'],
    round: (url, over) =>
      session(url, DEVICE, over, async (client) => {
        for (let from = 0; from < 100_000 && !over.aborted; from += 500) {
          const packets = Array.from({ length: 500 }, (_, n) => retained(`s${from + n}`));
          await client.pour(Buffer.concat(packets), 1);
          if (client.socket.destroyed) return;
        }
      }),
  },
  {
    name: 'subscribes to 100,000 topics',
    refused: ['subscriptions'],
    round: (url, over) =>
      session(url, 'Watcher', over, async (client) => {
        for (let id = 1; id <= 100 && !over.aborted; id++) {
          const filters = Array.from({ length: 1_000 }, (_, n) => `muster/v1/+/d${id}-${n}/m`);
          await client.pour(subscribePacket(id, filters), 1);
          if (client.socket.destroyed) return;
        }
        await Promise.race([until(over), sleep(500)]);
      }),
  },
  {
    name: 'connects and goes, a hundred at a time',
    refused: [],
    round: (url, over) => together(url, 'brief', over, () => undefined, { holdMs: 20 }),
  },
];

/** Goes on with one attack until `over`; how many rounds there were. */
export async function attack(one: Attack, url: string, over: AbortSignal): Promise<number> {
  let rounds = 0;
  setMaxListeners(0, over);
  while (!over.aborted) {
    await one.round(url, over);
    rounds++;
    // What it opened is closed before the next one: the ports of this machine are counted too.
    await sleep(5);
  }
  return rounds;
}

async function session(
  url: string,
  id: string,
  over: AbortSignal,
  act: (client: RawClient) => Promise<void>,
): Promise<void> {
  const client = await RawClient.open(url);
  const leave = () => client.socket.destroy();
  over.addEventListener('abort', leave);
  client.socket.write(connectPacket(id));
  await Promise.race([client.received.take(1), client.closed]);
  await act(client);
  leave();
  over.removeEventListener('abort', leave);
}

/** Many connections, `pauseMs` after one another, each held open until the end or for `holdMs`. */
async function together(
  url: string,
  name: string,
  over: AbortSignal,
  act: (client: RawClient) => void,
  { pauseMs = 0, holdMs }: { readonly pauseMs?: number; readonly holdMs: number },
): Promise<void> {
  const all: Promise<void>[] = [];
  for (let n = 0; n < 100 && !over.aborted; n++) {
    const held = session(url, `${name}-${n}`, over, async (client) => {
      act(client);
      await Promise.race([until(over), sleep(holdMs)]);
    });
    all.push(held);
    if (pauseMs > 0) await sleep(pauseMs);
  }
  await Promise.all(all);
}

function until(over: AbortSignal): Promise<void> {
  if (over.aborted) return Promise.resolve();
  return new Promise((resolve) => over.addEventListener('abort', () => resolve(), { once: true }));
}

function retained(site: string): Buffer {
  const packet = publishPacket(topicOf(site, 'state'), Buffer.from('x'));
  packet[0] = 0x31;
  return packet;
}

function topicOf(site: string, kind = 'm'): string {
  return `muster/v1/${site}/${DEVICE}/${kind}`;
}

function repeat(packet: Buffer, times: number): Buffer {
  return Buffer.concat(Array.from({ length: times }, () => packet));
}
