/** Bundles the victim, starts and kills it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';

const HERE = import.meta.dirname;
/** Inside the project, so that packages are found from there. */
const OUT = join(HERE, '../../../node_modules/.cache/muster-tests');

export async function bundleVictim(): Promise<string> {
  const outfile = join(OUT, `${process.pid}-alerts`, 'victim.mjs');
  await build({
    entryPoints: [new URL('./victim.ts', import.meta.url).pathname],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
  });
  return outfile;
}

export interface Victim {
  readonly url: string;
  kill(): Promise<void>;
}

export async function startVictim(
  program: string,
  folder: string,
  config: string,
): Promise<Victim> {
  const child = spawn(process.execPath, [program, folder, config], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_EXTRA_CA_CERTS: undefined },
  });
  const url = await firstLine(child);
  return {
    url,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (child.stdout === null) return reject(new Error('no output'));
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      reject(new Error(`the victim ended early: ${code ?? signal}`)),
    );
  });
}
