/**
 * `npm run fault -- --rounds N --seed S`: the exactly-once check as long as one likes. A run with
 * the same seed picks the same faults in the same order.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { problemOf } from '../test/support/pipeline/account.ts';
import { usableFaults } from '../test/support/pipeline/faults/index.ts';
import { Pipeline } from '../test/support/pipeline/pipeline.ts';
import { bundlePrograms } from '../test/support/pipeline/programs.ts';
import { Random } from '../test/support/pipeline/random.ts';
import { runRounds } from '../test/support/pipeline/rounds.ts';

const HELP = `npm run fault -- [options]
  --rounds N    faults in all (default 100)
  --per-run N   faults before each account (default 10)
  --seed S      first seed; each run takes the next (default: from the clock)
  --broker B    embedded, external (mosquitto) or both (default both)
  --only NAME   only this fault, e.g. "link cut"; may be repeated
  --keep        keep the folders of failed runs`;

const MOSQUITTO = '/usr/sbin/mosquitto';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    'per-run': { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    broker: { type: 'string', default: 'both' },
    only: { type: 'string', multiple: true },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(`${HELP}\n`);
else await main();

async function main(): Promise<void> {
  const programs = await bundlePrograms();
  const perRun = Number(values['per-run']);
  const runs = Math.ceil(Number(values.rounds) / perRun);
  let passed = 0;
  let failed = 0;
  for (let run = 0; run < runs; run++) {
    const seed = Number(values.seed) + run;
    const external = values.broker === 'external' || (values.broker === 'both' && run % 2 === 1);
    const problem = await one(programs, seed, perRun, external && existsSync(MOSQUITTO));
    if (problem === undefined) passed += perRun;
    else failed += perRun;
    process.stdout.write(`seed ${seed}: ${problem ?? 'ok'}\n`);
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  process.exitCode = failed > 0 ? 1 : 0;
}

/** One run of several faults; what is wrong with its account, if anything. */
async function one(
  programs: Awaited<ReturnType<typeof bundlePrograms>>,
  seed: number,
  rounds: number,
  external: boolean,
): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), `muster-fault-${seed}-`));
  const options = { folder, programs, intervalMs: 50, batchMs: 250 };
  const pipeline = await Pipeline.open(external ? { ...options, mosquitto: MOSQUITTO } : options);
  let problem: string | undefined;
  try {
    const usable = usableFaults(pipeline).filter(({ name }) => values.only?.includes(name) ?? true);
    if (usable.length === 0) return 'no such fault can be had here';
    const { account, names } = await runRounds(pipeline, usable, rounds, new Random(seed));
    const { readings, stored, excused } = account;
    process.stdout.write(`  ${external ? 'external' : 'embedded'}: ${names.join(', ')}\n`);
    process.stdout.write(`  ${readings} readings, ${stored} stored, ${excused} in gaps\n`);
    problem = problemOf(account);
  } catch (error) {
    problem = String(error);
  } finally {
    await pipeline.close();
  }
  if (problem === undefined || !values.keep) await rm(folder, { recursive: true, force: true });
  else problem += `; see ${folder}`;
  return problem;
}
