/**
 * `npm run fault:update -- [--rounds N --seed S]`: updates that are cut at every change to the disk,
 * and what is there after two restarts. The agent's own code over a disk in memory that forgets what
 * was not synced; and, for a part, real processes on the real disk that are killed by SIGKILL.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Tally } from '../test/support/updates/tally.ts';
import { inMemory, onDisk } from '../test/support/updates/whole-matrix.ts';

const HELP = `npm run fault:update -- [options]
  --rounds N     so many cases, drawn by the seed, half of them pairs (default: all of them)
  --seed S       which cases are drawn (default 1)
  --shape NAME   only these updates; may be given more than once
  --only KIND    singles or pairs, of what is in memory
  --real N       cases with real processes that are killed (default: 200, or a tenth of the rounds)
  --jobs N       workers, 1 or 2 (default 2)
  --verbose      a line for each case`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    seed: { type: 'string', default: '1' },
    shape: { type: 'string', multiple: true, default: [] },
    only: { type: 'string' },
    real: { type: 'string' },
    jobs: { type: 'string', default: '2' },
    verbose: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(`${HELP}\n`);
else await main();

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'mstr-update-'));
  const tally = new Tally((line) => process.stdout.write(`${line}\n`), values.verbose);
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  const real = Number(values.real ?? (rounds === undefined ? 200 : Math.ceil(rounds / 10)));
  const choice = {
    ...{ shapes: values.shape, seed: Number(values.seed) },
    ...{ singles: values.only !== 'pairs', pairs: values.only !== 'singles' },
    ...(rounds === undefined ? {} : { rounds }),
  };
  const jobs = Math.min(2, Math.max(1, Number(values.jobs)));
  // Stopped, it says how far it came.
  process.once('SIGTERM', () => {
    tally.end();
    process.exit(1);
  });
  try {
    await inMemory({ folder, jobs, choice }, tally);
    await onDisk({ folder, jobs, cases: real, seed: choice.seed }, tally);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  tally.end();
  process.exitCode = tally.failed === 0 && tally.passed > 0 ? 0 : 1;
}
