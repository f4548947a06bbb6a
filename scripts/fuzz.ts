/**
 * Throws damaged and made-up bytes at the decoders:
 *
 *   npm run fuzz -- --minutes 60 [--seed 1] [--target batch|body|schema|state|ack|event|health|reported|
 *                   report|res|cmd|desired|guard|promql|rules|alertmanager|settings|remotewrite|
 *                   all|broker|http]
 *                   [--slow-ms 10]
 *
 * A finding is a call that throws, that takes over 10 ms of CPU (the quickest of six), or whose
 * answer holds more memory than LIMITS promises. `broker` and `http` throw whole conversations at a collector's
 * sockets instead (fuzz/conversations.ts). Findings are saved beside the vectors, where the tests
 * find them too. The seed of a run is printed: with it, the same bytes come again.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { CRAFTED } from './fuzz/crafted.ts';
import { randomCbor } from './fuzz/generate.ts';
import { mutate } from './fuzz/mutate.ts';
import { Random } from './fuzz/random.ts';
import { corpus, type Seed, seeds } from './fuzz/seeds.ts';
import { cellsOf, decoders, TARGETS, type Target } from './fuzz/targets.ts';
import { argumentsOf } from './lib/arguments.ts';

const CONSTANT = 131_072;
const PROGRESS_MS = 10_000;
/** The corpus stays small: after so many findings there is enough to do. */
const MOST_FINDINGS = 20;

const USAGE = `usage: npm run fuzz -- [options]
  --minutes N    (default 1)
  --seed S       the same bytes come again (default: from the clock)
  --target T     ${TARGETS.join(', ')},
                 all of these (default), or whole conversations: broker, http
  --slow-ms N    what takes longer is a finding (default 10)`;

const { values: options } = argumentsOf(USAGE, {
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    target: { type: 'string', default: 'all' },
    'slow-ms': { type: 'string', default: '10' },
  },
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const minutes = Number(options.minutes);
const seed = Number(options.seed);
const slowMs = Number(options['slow-ms']);
if (options.target === 'broker') {
  const { fuzzBroker } = await import('./fuzz/broker.ts');
  process.exit((await fuzzBroker({ minutes, seed })) ? 0 : 1);
}
if (options.target === 'http') {
  const { fuzzHttp } = await import('./fuzz/http.ts');
  process.exit((await fuzzHttp({ minutes, seed })) ? 0 : 1);
}
const targets = TARGETS.filter((one) => options.target === 'all' || options.target === one);
if (targets.length === 0 || !(minutes > 0) || !Number.isInteger(seed) || !(slowMs > 0)) {
  console.error(USAGE);
  process.exit(2);
}

const findings = new Set<string>();
let passed = 0;
let slowest = 0;

function time(target: Target, bytes: Uint8Array): number {
  const cpu = process.cpuUsage();
  const start = performance.now();
  decoders[target](bytes);
  const wall = performance.now() - start;
  // On a busy machine a call also waits for others: that is not its doing.
  const { user, system } = process.cpuUsage(cpu);
  return Math.min(wall, (user + system) / 1000);
}

function used(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Whether what the answer keeps alive is more than it may be. */
function overweight(target: Target, bytes: Uint8Array): boolean {
  collect();
  const before = used();
  const result = decoders[target](bytes);
  collect();
  return used() - before > CONSTANT + 16 * bytes.length + 8 * cellsOf(target, result);
}

/** What is wrong with this call, if anything is. `weigh` looks at memory too, which is slow. */
function problem(target: Target, bytes: Uint8Array, weigh: boolean): string | undefined {
  try {
    let ms = time(target, bytes);
    for (let i = 0; i < 5 && ms > slowMs / 4; i++) ms = Math.min(ms, time(target, bytes));
    slowest = Math.max(slowest, ms);
    if (ms > slowMs) return 'slow';
    if (!weigh) return undefined;
    // The engine's own compiling shows in the heap too, but not three times.
    const heavy = [1, 2, 3].every(() => overweight(target, bytes));
    return heavy ? 'memory' : undefined;
  } catch (error) {
    return `throws ${error instanceof Error ? error.name : 'something'}`;
  }
}

function check(target: Target, bytes: Uint8Array, weigh: boolean): void {
  const what = problem(target, bytes, weigh);
  if (what === undefined) {
    passed++;
    return;
  }
  const name = `${target}-${what.replaceAll(' ', '-')}-${seed}-${passed}.hex`;
  findings.add(name);
  mkdirSync(corpus, { recursive: true });
  writeFileSync(new URL(name, corpus), `${Buffer.from(bytes).toString('hex')}\n`);
  console.log(`FOUND ${name} (${bytes.length} bytes)`);
}

function next(own: readonly Seed[], all: readonly Seed[], random: Random): Uint8Array {
  if (random.chance(4)) return randomCbor(random);
  return mutate(random.pick(random.chance(8) ? all : own).bytes, all, random);
}

console.log(`fuzzing ${targets.join(', ')} for ${minutes} min, --seed ${seed}`);
for (const { target, bytes } of CRAFTED) if (targets.includes(target)) check(target, bytes, true);

const random = new Random(seed);
const all = seeds();
const own = new Map(targets.map((target) => [target, all.filter((one) => one.target === target)]));
const end = Date.now() + minutes * 60_000;
let shown = Date.now();
while (Date.now() < end && findings.size < MOST_FINDINGS) {
  for (let i = 0; i < 500; i++) {
    const target = random.pick(targets);
    const mine = own.get(target) ?? [];
    check(target, next(mine.length > 0 ? mine : all, all, random), i === 0);
  }
  if (Date.now() - shown > PROGRESS_MS) {
    shown = Date.now();
    console.log(`${passed} calls, ${findings.size} findings, slowest ${slowest.toFixed(2)} ms`);
  }
}
console.log(`slowest call ${slowest.toFixed(2)} ms`);
console.log(`${passed} passed, ${findings.size} failed`);
process.exitCode = findings.size > 0 ? 1 : 0;
