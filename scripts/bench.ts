// npm run bench [name [arguments]]: runs test/load/bench/<name>.ts, or lists what there is. A bench
// file exports `describe`, one line, and `run(args)`.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './lib/root.mjs';
import { type Bench, runBench } from './lib/run-bench.ts';

const FOLDER = join(root, 'test/load/bench');

function names(): string[] {
  if (!existsSync(FOLDER)) return [];
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort();
}

async function load(name: string): Promise<Bench> {
  return (await import(pathToFileURL(join(FOLDER, `${name}.ts`)).href)) as Bench;
}

async function list(): Promise<void> {
  console.log('npm run bench <name> [-- arguments]\n');
  for (const name of names()) {
    console.log(`  ${name.padEnd(20)} ${(await load(name)).describe}`);
  }
}

const [name, ...args] = process.argv.slice(2);
if (name === undefined) {
  await list();
} else if (names().includes(name)) {
  const code = await runBench(name, await load(name), args, (line) => console.error(line));
  if (code !== undefined) process.exitCode = code;
} else {
  console.error(`There is no bench "${name}".`);
  await list();
  process.exitCode = 1;
}
