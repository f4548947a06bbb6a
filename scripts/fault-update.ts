/**
 * `npm run fault:update -- [--rounds N] [--seed S] [--pairs STEP] [--jobs N]`: an update of two
 * packages that need each other, cut at every change that it makes to the disk, and what is there
 * after at most two restarts. Without `--rounds` every single crash point.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { drawn, named, pairs, singles } from '../test/support/updates/cases.ts';
import { Matrix } from '../test/support/updates/matrix.ts';

const HELP = `npm run fault:update -- [options]
  --rounds N    so many cases, drawn by the seed out of singles and pairs (default: all singles)
  --seed S      which cases are drawn (default 1)
  --pairs STEP  pairs of crash points, every STEP-th of them (1: all), instead of singles
  --jobs N      devices at once (default 2)
  --verbose     a line for each case`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    seed: { type: 'string', default: '1' },
    pairs: { type: 'string' },
    jobs: { type: 'string', default: '2' },
    verbose: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(`${HELP}\n`);
else await main();

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'mstr-update-'));
  let [passed, failed] = [0, 0];
  try {
    const jobs = Array.from({ length: Number(values.jobs) }, (_, n) =>
      Matrix.open(join(folder, String(n))),
    );
    const devices = await Promise.all(jobs);
    const changes = (await devices[0]?.changes()) ?? [];
    const cases = [...chosen(changes)];
    process.stdout.write(`${changes.length} changes to the disk, ${cases.length} cases\n`);
    const work = async (device: Matrix) => {
      for (let one = cases.pop(); one !== undefined; one = cases.pop()) {
        const wrong = await device.run(one);
        if (wrong === undefined) passed++;
        else failed++;
        if (wrong !== undefined || values.verbose) {
          const name = named(one, changes);
          process.stdout.write(
            `${wrong === undefined ? 'passed' : 'FAILED'} ${name} ${wrong ?? ''}\n`,
          );
        }
      }
      await device[Symbol.asyncDispose]();
    };
    await Promise.all(devices.map(work));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

function chosen(changes: readonly string[]) {
  if (values.pairs !== undefined) return pairs(changes, Number(values.pairs));
  if (values.rounds === undefined) return singles(changes);
  const all = [...singles(changes), ...pairs(changes, 3)];
  return drawn(all, Number(values.rounds), Number(values.seed));
}
