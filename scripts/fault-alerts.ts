/**
 * `npm run fault:alerts -- --rounds N --seed S`: kills during a storm of alerts, as many as one likes.
 * A run with the same seed picks the same kinds of kills in the same order.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleVictim } from '../test/fault/alert-storm/child.ts';
import { storm } from '../test/fault/alert-storm/storm.ts';

const HELP = `npm run fault:alerts -- [options]
  --rounds N    kills in all (default 100)
  --per-run N   kills before each account (default 10)
  --seed S      first seed; each run takes the next (default: from the clock)
  --keep        keep the folders of failed runs`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    'per-run': { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(`${HELP}\n`);
else await main();

async function main(): Promise<void> {
  const program = await bundleVictim();
  const perRun = Number(values['per-run']);
  const runs = Math.ceil(Number(values.rounds) / perRun);
  let passed = 0;
  let failed = 0;
  for (let run = 0; run < runs; run++) {
    const seed = Number(values.seed) + run;
    if (await one(program, seed, perRun)) passed += perRun;
    else failed += perRun;
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  process.exitCode = failed > 0 ? 1 : 0;
}

async function one(program: string, seed: number, rounds: number): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), `mstr-alerts-${seed}-`));
  let problems: readonly string[];
  let figures = '';
  try {
    const result = await storm(program, folder, rounds, seed);
    problems = result.problems;
    figures = `${result.posted} changes, ${result.messages} messages, ${result.repeats} repeated`;
  } catch (error) {
    problems = [String(error)];
  }
  const failed = problems.length > 0;
  const kept = failed && values.keep ? `; see ${folder}` : '';
  process.stdout.write(
    `seed ${seed}: ${failed ? problems.slice(0, 5).join('; ') : 'ok'}${kept} (${figures})\n`,
  );
  if (kept === '') await rm(folder, { recursive: true, force: true });
  return !failed;
}
