/**
 * `npm run fault -- --rounds N --seed S`: the exactly-once check as long as one likes. A run with
 * the same seed picks the same faults in the same order.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { problemOf } from '../test/support/pipeline/account.ts';
import type { Fault } from '../test/support/pipeline/faults/fault.ts';
import { FAULTS, usableFaults } from '../test/support/pipeline/faults/index.ts';
import { Pipeline } from '../test/support/pipeline/pipeline.ts';
import { bundlePrograms } from '../test/support/pipeline/programs.ts';
import { Random } from '../test/support/pipeline/random.ts';
import { runRounds } from '../test/support/pipeline/rounds.ts';
import { argumentsOf } from './lib/arguments.ts';

const HELP = `npm run fault -- [options]
  --rounds N    faults in all (default 100)
  --per-run N   faults before each account (default 10)
  --seed S      first seed; each run takes the next (default: from the clock)
  --broker B    embedded, external (mosquitto) or both (default both)
  --only NAME   only this fault, e.g. "link cut"; may be repeated
  --keep        keep the folders of failed runs`;

const MOSQUITTO = '/usr/sbin/mosquitto';
const BROKERS: readonly string[] = ['embedded', 'external', 'both'];

const { values } = argumentsOf(HELP, {
  options: {
    rounds: { type: 'string', default: '100' },
    'per-run': { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    broker: { type: 'string', default: 'both' },
    only: { type: 'string', multiple: true },
    keep: { type: 'boolean', default: false },
  },
});

await main();

async function main(): Promise<void> {
  const rounds = wholeNumber('rounds', values.rounds, 1);
  const perRun = wholeNumber('per-run', values['per-run'], 1);
  const firstSeed = wholeNumber('seed', values.seed, 0);
  const faults = chosen();
  const brokers = brokersFor(faults);
  const programs = await bundlePrograms();
  const missing = new Set<string>();
  let [done, passed] = [0, 0];
  for (let run = 0; done < rounds; run++) {
    const external = brokers[run % brokers.length] === 'external';
    const count = Math.min(perRun, rounds - done);
    const outcome = await one({ programs, faults, seed: firstSeed + run, rounds: count, external });
    done += count;
    if (outcome.problem === undefined) passed += count;
    for (const { name } of outcome.missing) missing.add(name);
    process.stdout.write(`seed ${firstSeed + run}: ${outcome.problem ?? 'ok'}\n`);
  }
  if (missing.size > 0)
    process.stdout.write(`without the right to mount, left out: ${[...missing].join(', ')}\n`);
  process.stdout.write(`${passed} passed, ${done - passed} failed\n`);
  process.exitCode = passed === done ? 0 : 1;
}

function wholeNumber(option: string, text: string, least: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number >= least) return number;
  return refuse(`--${option} takes a whole number from ${least} on, not "${text}"`);
}

function chosen(): readonly Fault[] {
  const { only } = values;
  if (only === undefined) return FAULTS;
  const names = FAULTS.map(({ name }) => name);
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined)
    return refuse(`--only: there is no fault "${unknown}"; there are:\n  ${names.join('\n  ')}`);
  return FAULTS.filter(({ name }) => only.includes(name));
}

/** In turn. What has no use or cannot be had is said, and left out. */
function brokersFor(faults: readonly Fault[]): readonly string[] {
  const { broker } = values;
  if (!BROKERS.includes(broker))
    return refuse(`--broker is one of ${BROKERS.join(', ')}, not "${broker}"`);
  const external = faults.filter(({ needs }) => needs === 'broker').map(({ name }) => name);
  const canEmbed = external.length < faults.length;
  const wanted = broker === 'both' ? ['embedded', 'external'] : [broker];
  const able = existsSync(MOSQUITTO) ? wanted : wanted.filter((one) => one === 'embedded');
  const brokers = canEmbed ? able : able.filter((one) => one === 'external');
  if (able.length < wanted.length)
    process.stdout.write(`${MOSQUITTO} is not there, left out: ${external.join(', ')}\n`);
  else if (broker === 'embedded' && external.length > 0)
    process.stdout.write(`without an external broker, left out: ${external.join(', ')}\n`);
  return brokers.length > 0 ? brokers : refuse('none of these faults can be had here');
}

function refuse(why: string): never {
  process.stderr.write(`${why}\n`);
  process.exit(2);
}

interface Run {
  readonly programs: Awaited<ReturnType<typeof bundlePrograms>>;
  readonly faults: readonly Fault[];
  readonly seed: number;
  readonly rounds: number;
  readonly external: boolean;
}

interface Outcome {
  readonly problem?: string;
  /** Faults that take the right to mount. */
  readonly missing: readonly Fault[];
}

/** One run of several faults; what is wrong with its account, if anything. */
async function one({ programs, faults, seed, rounds, external }: Run): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), `muster-fault-${seed}-`));
  const options = { folder, programs, intervalMs: 50, batchMs: 250 };
  const pipeline = await Pipeline.open(external ? { ...options, mosquitto: MOSQUITTO } : options);
  const missing = faults.filter(({ needs }) => needs === 'disks' && !pipeline.has(needs));
  let problem: string | undefined;
  try {
    const usable = usableFaults(pipeline, faults);
    if (usable.length === 0) throw new Error('no such fault can be had here');
    const { account, names } = await runRounds(pipeline, usable, rounds, new Random(seed));
    const { readings, stored, excused } = account;
    process.stdout.write(`  ${external ? 'external' : 'embedded'}: ${names.join(', ')}\n`);
    process.stdout.write(`  ${readings} readings, ${stored} stored, ${excused} in gaps\n`);
    problem = problemOf(account);
  } catch (error) {
    problem = inspect(error);
  } finally {
    await pipeline.close();
  }
  if (problem === undefined || !values.keep) await rm(folder, { recursive: true, force: true });
  else problem += `; see ${folder}`;
  return problem === undefined ? { missing } : { problem, missing };
}
