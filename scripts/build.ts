// npm run build [-- --why]: the programs, what a release of the agent is made of, and the page into
// dist/, with a table of sizes.
// Fails, naming it, when something is missing or when the agent loads too much at start
// (with --lenient, as `npm start` asks, that is only said).
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Metafile } from 'esbuild';
import { layOutAgentRelease } from './build/agent-release.ts';
import { buildProgram } from './build/program.ts';
import { copyShipped } from './build/shipped.ts';
import { type Chunk, chunks, parserBytes, startBytes, startShares } from './build/sizes.ts';
import { type Target, targets } from './build/targets.ts';
import { buildWeb, missingWebFiles } from './build/web.ts';
import { root } from './lib/root.mjs';

const why = process.argv.includes('--why');
const lenient = process.argv.includes('--lenient');
const kb = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`.padStart(10);

function printShares(metafile: Metafile, entry: string): void {
  console.log('  at start, by package:');
  for (const [name, bytes] of startShares(metafile, entry)) console.log(`${kb(bytes)}  ${name}`);
}

function when({ atStart, forConfig }: Chunk): string {
  if (atStart) return '  (at start)';
  return forConfig ? '  (at start with a configuration file)' : '';
}

function report(target: Target, metafile: Metafile): string[] {
  const list = chunks(metafile, target.entry);
  const sum = startBytes(list);
  const withParser = sum + parserBytes(list);
  const limit = target.startLimit;
  console.log(`dist/${target.name}`);
  for (const chunk of list)
    console.log(`${kb(chunk.bytes)}  ${basename(chunk.path)}${when(chunk)}`);
  console.log(`${kb(sum)}  at start${limit === undefined ? '' : ` of at most${kb(limit)}`}`);
  console.log(`${kb(withParser)}  at start with the parser of a configuration file`);
  const tooBig = limit !== undefined && sum > limit;
  if (why || tooBig) printShares(metafile, target.entry);
  if (!tooBig) return [];
  const problem = `${target.name} loads ${kb(sum).trim()} at start`;
  if (!lenient) return [problem];
  console.warn(`build: ${problem}`);
  return [];
}

async function program(target: Target): Promise<string[]> {
  if (!existsSync(join(root, target.entry))) return [`${target.entry} is missing`];
  return report(target, await buildProgram(target));
}

async function page(): Promise<string[]> {
  const missing = missingWebFiles();
  if (missing.length > 0) return missing.map((path) => `${path} is missing`);
  const { outputs } = await buildWeb();
  console.log('dist/collector/web');
  for (const [path, { bytes }] of Object.entries(outputs)) {
    if (!path.endsWith('.map')) console.log(`${kb(bytes)}  ${basename(path)}`);
  }
  return [];
}

const problems: string[] = [];
for (const target of targets) problems.push(...(await program(target)));
problems.push(...(await page()));
if (existsSync(join(root, 'dist/agent'))) console.log(`dist: ${layOutAgentRelease().join(', ')}`);
console.log(`dist/collector: ${copyShipped().length} files of rules and alerting`);
for (const problem of problems) console.error(`build: ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;
