/** Runs the crash matrix: workers with the laboratory in memory, and real processes on the real disk. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { drawn, named, pairs, singles } from './cases.ts';
import { laboratory } from './lab/build.ts';
import type { Choice } from './lab/cases.ts';
import { Matrix } from './matrix.ts';
import type { Outcome, Tally } from './tally.ts';

export interface InMemory {
  readonly folder: string;
  readonly jobs: number;
  readonly choice: Choice;
}

/** Cases by the thousand: each worker takes its share of them. */
export async function inMemory({ folder, jobs, choice }: InMemory, tally: Tally): Promise<void> {
  const program = await laboratory(folder);
  const worker = async (share: number) => {
    const asked = JSON.stringify({ share, of: jobs, choice });
    const child = spawn('nice', ['-n', '4', process.execPath, program, asked], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const over = new Promise<number | null>((resolve) => child.once('close', resolve));
    for await (const line of createInterface({ input: child.stdout })) {
      const told = JSON.parse(line) as Outcome | { readonly distinct: number };
      if ('distinct' in told) tally.distinct += told.distinct;
      else tally.add(told);
    }
    const code = await over;
    if (code !== 0) throw new Error(`a worker of the laboratory ended with ${code}`);
  };
  await Promise.all(Array.from({ length: jobs }, (_, share) => worker(share)));
}

export interface OnDisk {
  readonly folder: string;
  readonly jobs: number;
  readonly cases: number;
  readonly seed: number;
}

/** Fewer: each is a handful of processes. Half of them are cut twice. */
export async function onDisk({ folder, jobs, cases, seed }: OnDisk, tally: Tally): Promise<void> {
  if (cases === 0) return;
  const opened = Array.from({ length: jobs }, (_, n) => Matrix.open(join(folder, `device${n}`)));
  const devices = await Promise.all(opened);
  const changes = (await devices[0]?.changes()) ?? [];
  const half = Math.ceil(cases / 2);
  const chosen = [
    ...drawn(singles(changes), half, seed),
    ...drawn(pairs(changes, 1), cases - half, seed),
  ];
  const work = async (device: Matrix) => {
    for (let one = chosen.pop(); one !== undefined; one = chosen.pop()) {
      const wrong = (await device.run(one)) ?? '';
      const name = `killed process: ${named(one, changes)}`;
      tally.add({ shape: 'pair', kind: 'killed process', name, wrong, end: '' });
    }
    await device[Symbol.asyncDispose]();
  };
  await Promise.all(devices.map(work));
}
