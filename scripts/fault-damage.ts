/**
 * `npm run fault:damage -- [--side agent|collector|both] [--file GLOB] [--rounds N] [--seed S]`: each
 * file of a data folder, damaged in each way, and what becomes of it. The same seed damages the
 * same places.
 */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { AGENT } from '../test/support/fault/agent-side.ts';
import { COLLECTOR } from '../test/support/fault/collector-side.ts';
import { casesOf, runCase, sample } from '../test/support/fault/matrix.ts';
import type { Side } from '../test/support/fault/side.ts';
import { Tally } from '../test/support/fault/tally.ts';
import { TrialProcess } from '../test/support/fault/trial-process.ts';

const HELP = `npm run fault:damage -- [options]
  --side S      agent, collector or both (default both)
  --file GLOB   only files whose path matches, or has this in it; several: CURRENT,MANIFEST
  --damage D    only this damage, e.g. cut-half, or several: cut-half,deleted
  --rounds N    so many cases of each side, drawn by the seed (default: all)
  --seed S      where bits are flipped, and which cases are drawn (default 1)
  --size MB     make the folder about so large: 47 is the agent's at its cap, 1000 a collector's
                of some age; each case is a copy of it, so mind the disk, and name files and damages
  --verbose     a line for each case
  --keep        keep the folder`;

/** `verify` reads all of it. */
const LARGE_HANGS_MS = 900_000;

const { values } = parseArgs({
  options: {
    side: { type: 'string', default: 'both' },
    file: { type: 'string', default: '' },
    damage: { type: 'string', default: '' },
    rounds: { type: 'string', default: 'Infinity' },
    seed: { type: 'string', default: '1' },
    size: { type: 'string' },
    verbose: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(`${HELP}\n`);
else await main();

async function main(): Promise<void> {
  const sides = [AGENT, COLLECTOR].filter(({ name }) => [name, 'both'].includes(values.side));
  const tally = new Tally();
  for (const side of sides) await runSide(side, tally);
  process.stdout.write(`${tally.table()}\n${tally.passed} passed, ${tally.failed} failed\n`);
  process.exitCode = tally.failed === 0 && tally.passed > 0 ? 0 : 1;
}

/** What `--size` came to. */
async function largest({ states }: Side, base: string): Promise<string> {
  const sizes = states.map(async (state) => {
    const names = await readdir(join(base, state), { recursive: true });
    const files = await Promise.all(names.map((name) => stat(join(base, state, name))));
    const total = files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
    return `${state} ${Math.round(total / 1e6)} MB in ${files.length} files and folders`;
  });
  return (await Promise.all(sizes)).join(', ');
}

async function runSide(side: Side, tally: Tally): Promise<void> {
  const base = await mkdtemp(join(tmpdir(), `mstr-damage-${side.name}-`));
  const bytes = values.size === undefined ? undefined : Number(values.size) * 1e6;
  const worker = new TrialProcess(bytes === undefined ? undefined : LARGE_HANGS_MS);
  const seed = Number(values.seed);
  try {
    await side.prepare(base, bytes);
    if (bytes !== undefined) process.stdout.write(`${side.name}: ${await largest(side, base)}\n`);
    const globs = values.file.split(',').map((glob) => casesOf(side, base, glob));
    const all = (await Promise.all(globs))
      .flat()
      .filter(({ damage }) => values.damage === '' || values.damage.split(',').includes(damage));
    for (const one of sample(all, Number(values.rounds), seed)) {
      const outcome = await runCase(side, base, one, seed, worker);
      const line = tally.add(side.name, one, outcome);
      if (line.failed || values.verbose) process.stdout.write(`${line.text}\n`);
    }
  } finally {
    worker.end();
    if (values.keep) process.stdout.write(`kept ${base}\n`);
    else await rm(base, { recursive: true, force: true });
  }
}
