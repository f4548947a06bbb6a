/**
 * Hostile clients over real sockets, beside devices of a simulated fleet. A finding is a collector
 * that ends, holds more memory than it may, answers that it made a mistake, or loses one of the
 * others; the conversations before it are saved beside the vectors, and had again at the begin of
 * each run.
 */
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { costOf } from '../../test/load/fleet/proc.ts';
import { Beside } from '../../test/support/hostile/beside.ts';
import { bytesOf, lineOf } from './hex.ts';
import { Random } from './random.ts';

const AT_ONCE = 16;
/** Conversations between two looks at the collector. */
const LOOK = 640;
/** Generous beside the bounds of its own: half packets of all clients and what is not answered yet. */
const MOST_MB = 500;
const SHOW_MS = 10_000;

export interface Front {
  readonly name: string;
  /** Of `test/vectors`. */
  readonly corpus: string;
  portOf(fleet: Beside): number;
  /** Makes what one client says, from what the collector tells of itself. */
  maker(fleet: Beside): Promise<(random: Random) => Uint8Array>;
  /** What is wrong with an answer. */
  wrongIn(answer: string): string | undefined;
}

export interface SocketRun {
  readonly minutes: number;
  readonly seed: number;
}

/** Answers whether nothing was found. */
export async function fuzzSockets(front: Front, { minutes, seed }: SocketRun): Promise<boolean> {
  await using fleet = await Beside.open({ devices: 8, series: 8, intervalMs: 250 });
  const make = await front.maker(fleet);
  console.log(`fuzzing the ${front.name} for ${minutes} min, --seed ${seed}`);
  let problem: string | undefined;
  for (const bytes of corpusOf(front.corpus))
    problem ??= await converse(front, fleet, bytes, new Random(seed));
  problem ??= await wrongWith(fleet);
  let said: Uint8Array[] = [];
  let passed = 0;
  let shown = Date.now();
  const end = Date.now() + minutes * 60_000;
  while (problem === undefined && Date.now() < end) {
    said = [];
    for (let n = 0; n < LOOK && problem === undefined; n += AT_ONCE) {
      const from = passed + n;
      const all = Array.from({ length: AT_ONCE }, (_, i) => {
        // Each conversation has a seed of its own: what came before it does not matter.
        const random = new Random(seed * 1_000_003 + from + i);
        const bytes = make(random);
        said.push(bytes);
        return converse(front, fleet, bytes, random);
      });
      problem = (await Promise.all(all)).find((one) => one !== undefined);
    }
    problem ??= await wrongWith(fleet);
    if (problem === undefined) passed += LOOK;
    if (Date.now() - shown < SHOW_MS) continue;
    shown = Date.now();
    console.log(`${passed} conversations, ${megabytes(fleet).toFixed(0)} MB`);
  }
  problem ??= await othersOf(fleet);
  if (problem !== undefined) save(front.corpus, `seed-${seed}-${passed}`, said, problem);
  console.log(`${passed} passed, ${problem === undefined ? 0 : 1} failed`);
  return problem === undefined;
}

/** Sends in pieces, sees what comes, and goes: politely, half, or with a reset. */
async function converse(
  front: Front,
  fleet: Beside,
  bytes: Uint8Array,
  random: Random,
): Promise<string | undefined> {
  const socket = connect(front.portOf(fleet), '127.0.0.1');
  let heard = '';
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await Promise.race([once(socket, 'connect'), closed]).catch(() => undefined);
  socket.on('data', (chunk) => {
    heard += chunk.toString('latin1');
  });
  if (random.chance(8)) socket.pause();
  for (let at = 0; at < bytes.length && !socket.destroyed; ) {
    const end = random.chance(2) ? bytes.length : at + 1 + random.below(40);
    socket.write(bytes.subarray(at, end));
    at = end;
    if (random.chance(3)) await sleep(random.below(3));
  }
  await Promise.race([closed, sleep(random.below(20))]);
  leave(socket, random);
  return front.wrongIn(heard);
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

async function othersOf(fleet: Beside): Promise<string | undefined> {
  await fleet.settled();
  await fleet.report();
  const { sent, acked, disconnects } = fleet.totals;
  console.log(`the others: ${sent} sent, ${acked} acknowledged, ${disconnects} disconnected`);
  return sent !== acked || disconnects > 0 ? 'the others were not served' : undefined;
}

function megabytes({ collector }: Beside): number {
  return costOf(collector.pid).residentBytes / 2 ** 20;
}

function folderOf(corpus: string): URL {
  return new URL(`../../test/vectors/${corpus}/`, import.meta.url);
}

export function corpusOf(corpus: string): Uint8Array[] {
  return namedCorpusOf(corpus).map(([, bytes]) => bytes);
}

/** A conversation a line, in files `*.hex`, by the name of the file. */
export function namedCorpusOf(corpus: string): (readonly [name: string, bytes: Uint8Array])[] {
  const folder = folderOf(corpus);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.hex'))
    .flatMap((name) => {
      const lines = readFileSync(new URL(name, folder), 'utf8').trim().split('\n');
      return lines.map((line) => [name.slice(0, -'.hex'.length), bytesOf(line)] as const);
    });
}

function save(corpus: string, name: string, said: readonly Uint8Array[], problem: string): void {
  const folder = folderOf(corpus);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(`${name}.hex`, folder), `${said.map(lineOf).join('\n')}\n`);
  console.log(`FOUND ${problem}: see ${corpus}/${name}.hex`);
}
