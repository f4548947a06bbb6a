/**
 * Guards performance by counted work, which is the same on a loaded machine as on an idle one: what
 * takes more than a tenth over the recorded baseline fails.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '../../support/temp-folder.ts';
import type { Allocations } from '../guard/allocation-work.ts';
import { diskBytes, wireBytes } from '../guard/bytes.ts';
import { straceIsHere, systemCalls } from '../guard/system-calls.ts';

export const describe =
  'counted work against test/load/guard-baseline.json, fails past 10 %: [--record]';

const BASELINE = join(import.meta.dirname, '../guard-baseline.json');
const TOLERANCE = 1.1;

type Counts = Readonly<Record<string, number>>;

export async function run(args: string[]): Promise<void> {
  await using folder = await tempFolder('guard');
  const strace = straceIsHere();
  if (!strace) console.log('strace is not here: system calls are left out');
  const counts: Counts = {
    ...wireBytes(),
    ...(await diskBytes(folder.path)),
    ...(strace ? systemCalls(folder.path) : {}),
    ...allocations(),
  };
  if (args.includes('--record')) record(counts);
  else compare(counts);
}

function allocations(): Allocations {
  const script = join(import.meta.dirname, '../guard/allocation-work.ts');
  const still = ['--expose-gc', '--no-opt', '--no-sparkplug', '--max-semi-space-size=256'];
  const room = ['--min-semi-space-size=256', '--single-threaded-gc'];
  const args = [...still, ...room, '--import', 'tsx', script];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Allocations;
}

function record(counts: Counts): void {
  const rounded = Object.entries(counts).map(([name, count]) => [name, Number(count.toFixed(4))]);
  writeFileSync(BASELINE, `${JSON.stringify(Object.fromEntries(rounded), undefined, 2)}\n`);
  console.log(`recorded ${rounded.length} counts`);
}

function compare(counts: Counts): void {
  const baseline = JSON.parse(readFileSync(BASELINE, 'utf8')) as Counts;
  let worse = 0;
  for (const [name, count] of Object.entries(counts)) {
    const before = baseline[name];
    const ratio = before === undefined ? Number.NaN : count / before;
    const verdict = before === undefined ? 'not recorded' : ratio > TOLERANCE ? 'WORSE' : '';
    if (verdict === 'WORSE') worse++;
    const figures = `${count.toFixed(3).padStart(12)} ${(before ?? Number.NaN).toFixed(3).padStart(12)}`;
    console.log(`${name.padEnd(52)}${figures} ${ratio.toFixed(3).padStart(7)} ${verdict}`);
  }
  const sum = `${Object.keys(counts).length} counts, ${worse} worse by more than a tenth`;
  console.log(sum);
  if (worse > 0) process.exitCode = 1;
}
