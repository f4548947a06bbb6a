/**
 * Hostile clients at the broker's front, over real sockets, beside devices of a simulated fleet. A
 * finding is a collector that ends, holds more memory than it may, or loses one of the others; the
 * conversations before it are saved beside the vectors, and had again at the begin of each run.
 */
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { costOf } from '../../test/load/fleet/proc.ts';
import { Beside } from '../../test/support/hostile/beside.ts';
import { makeStream } from './mqtt-stream.ts';
import { Random } from './random.ts';
import { seeds } from './seeds.ts';

const CORPUS = new URL('../../test/vectors/broker/', import.meta.url);
const AT_ONCE = 16;
/** Conversations between two looks at the collector. */
const LOOK = 640;
/** Generous beside the broker's own bounds: half packets of all clients and what is not answered yet. */
const MOST_MB = 500;
const SHOW_MS = 10_000;

export interface BrokerRun {
  readonly minutes: number;
  readonly seed: number;
}

/** Answers whether nothing was found. */
export async function fuzzBroker({ minutes, seed }: BrokerRun): Promise<boolean> {
  await using fleet = await Beside.open({ devices: 8, series: 8, intervalMs: 250 });
  const payloads = seeds();
  const port = Number(new URL(fleet.url).port);
  console.log(`fuzzing the broker for ${minutes} min, --seed ${seed}`);
  for (const bytes of corpus()) await converse(port, bytes, new Random(seed));
  let problem = await wrongWith(fleet);
  let said: Uint8Array[] = [];
  let passed = 0;
  let shown = Date.now();
  const end = Date.now() + minutes * 60_000;
  while (problem === undefined && Date.now() < end) {
    said = [];
    for (let n = 0; n < LOOK; n += AT_ONCE) {
      const from = passed + n;
      const all = Array.from({ length: AT_ONCE }, (_, i) => {
        // Each conversation has a seed of its own: what came before it does not matter.
        const random = new Random(seed * 1_000_003 + from + i);
        const bytes = makeStream(random, payloads);
        said.push(bytes);
        return converse(port, bytes, random);
      });
      await Promise.all(all);
    }
    problem = await wrongWith(fleet);
    if (problem === undefined) passed += LOOK;
    if (Date.now() - shown < SHOW_MS) continue;
    shown = Date.now();
    console.log(`${passed} conversations, ${megabytes(fleet).toFixed(0)} MB`);
  }
  if (problem === undefined) {
    await fleet.settled();
    await fleet.report();
    const { sent, acked, disconnects } = fleet.totals;
    console.log(`the others: ${sent} sent, ${acked} acknowledged, ${disconnects} disconnected`);
    if (sent !== acked || disconnects > 0) problem = 'the others were not served';
  }
  if (problem !== undefined) save(seed, passed, said, problem);
  console.log(`${passed} passed, ${problem === undefined ? 0 : 1} failed`);
  return problem === undefined;
}

/** Sends in pieces, sees what comes, and goes: politely, half, or with a reset. */
async function converse(port: number, bytes: Uint8Array, random: Random): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await Promise.race([once(socket, 'connect'), closed]).catch(() => undefined);
  if (random.chance(8)) socket.pause();
  else socket.resume();
  for (let at = 0; at < bytes.length && !socket.destroyed; ) {
    const end = random.chance(2) ? bytes.length : at + 1 + random.below(40);
    socket.write(bytes.subarray(at, end));
    at = end;
    if (random.chance(3)) await sleep(random.below(3));
  }
  await Promise.race([closed, sleep(random.below(20))]);
  leave(socket, random);
}

function leave(socket: Socket, random: Random): void {
  if (random.chance(3)) socket.resetAndDestroy();
  else if (random.chance(2)) socket.destroy();
  else {
    socket.end();
    setTimeout(() => socket.destroy(), 200);
  }
}

async function wrongWith(fleet: Beside): Promise<string | undefined> {
  const alive = await fetch(`${fleet.collector.http}/-/ready`).catch(() => undefined);
  if (alive?.ok !== true) return 'the collector does not answer';
  await alive.arrayBuffer();
  if (megabytes(fleet) > MOST_MB) return `the collector takes ${megabytes(fleet).toFixed(0)} MB`;
  if (fleet.workers.online < fleet.devices) return 'a device was disconnected';
  return undefined;
}

function megabytes({ collector }: Beside): number {
  return costOf(collector.pid).residentBytes / 2 ** 20;
}

function corpus(): Uint8Array[] {
  if (!existsSync(CORPUS)) return [];
  return readdirSync(CORPUS)
    .filter((name) => name.endsWith('.hex'))
    .flatMap((name) => readFileSync(new URL(name, CORPUS), 'utf8').trim().split('\n'))
    .map((line) => Buffer.from(line, 'hex'));
}

function save(seed: number, passed: number, said: readonly Uint8Array[], problem: string): void {
  mkdirSync(CORPUS, { recursive: true });
  const lines = said.map((bytes) => Buffer.from(bytes).toString('hex'));
  const name = `seed-${seed}-${passed}.hex`;
  writeFileSync(new URL(name, CORPUS), `${lines.join('\n')}\n`);
  console.log(`FOUND ${problem}: see ${name}`);
}
