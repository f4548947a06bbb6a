/**
 * A fixed small workload on real disks, to be watched from outside: what the agent's buffer, the
 * collector's journal and its store ask of the kernel. argv: the folder. Prints messages of each.
 */
import { join } from 'node:path';
import { openBuffer } from '../../../agent/io/buffer/level-buffer.ts';
import { openJournal } from '../../../collector/io/journal/segment-journal.ts';
import { openLevelStore } from '../../../collector/io/store/level-store.ts';
import { openFeed } from '../buffer/feed.ts';
import { makeFleet } from '../store/fleet.ts';

/** How many messages each part handled. */
export interface Messages {
  readonly buffer: number;
  readonly journal: number;
  readonly store: number;
}

const RECORDS = 300;
const ROUNDS = 50;
const UNDER_WAY = 16;
const DEVICES = 10;
const SERIES = 80;
const START = Date.UTC(2025, 10, 21);

const folder = process.argv[2] ?? '';

/** Online: a record is appended, sent, acknowledged before the next one comes. */
async function buffer(): Promise<number> {
  const feed = openFeed(SERIES, 6);
  const opened = await openBuffer({
    path: join(folder, 'buffer'),
    capBytes: 50 * 1_048_576,
    bootId: 'a boot',
  });
  for (let n = 0; n < RECORDS; n++) {
    const { epoch, number } = await opened.append(feed.record(n, true));
    await opened.acknowledge(epoch, [{ first: number, last: number }]);
  }
  await opened.sync();
  await opened.close();
  return RECORDS;
}

async function journal(): Promise<number> {
  const opened = await openJournal({ dir: join(folder, 'journal') });
  const topic = 'muster/v1/plant-12/gateway-00ab12/m';
  const entry = { topic, payload: Buffer.alloc(300, 7), receivedAt: START };
  for (let round = 0; round < ROUNDS; round++)
    await Promise.all(Array.from({ length: UNDER_WAY }, () => opened.append(entry)));
  await opened.close();
  return ROUNDS * UNDER_WAY;
}

async function store(): Promise<number> {
  const opened = await openLevelStore({ path: join(folder, 'store') });
  const fleet = makeFleet(opened, DEVICES, SERIES, START);
  let messages = 0;
  for (let row = 0; row < 240; row += 6) {
    for (let device = 0; device < DEVICES; device++)
      opened.append(++messages, fleet.ids[device] as Uint32Array, [fleet.block(device, 6)]);
    if (row % 120 === 114) await opened.checkpoint();
  }
  await opened.checkpoint();
  await opened.close();
  return messages;
}

const messages: Messages = {
  buffer: await buffer(),
  journal: await journal(),
  store: await store(),
};
console.log(JSON.stringify(messages));
