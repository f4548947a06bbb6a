// npm run picture [-- --check]: draws docs/architecture.svg from the imports of the sources. Arrows
// against the layers are red and make the command fail; --check only compares with the file.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './lib/root.mjs';
import { readHouse } from './picture/house.ts';
import { drawHouse } from './picture/svg.ts';
import { cruiseTree } from './rules/cruise.ts';

const FOLDERS = ['agent', 'collector', 'protocol'];
const FILE = 'docs/architecture.svg';
const path = join(root, FILE);

function finish(svg: string, checkOnly: boolean): boolean {
  if (!checkOnly) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, svg);
    console.log(`wrote ${FILE}`);
    return true;
  }
  const current = existsSync(path) && readFileSync(path, 'utf8') === svg;
  console.log(`${FILE} is ${current ? 'current' : 'out of date: npm run picture'}`);
  return current;
}

const { modules } = await cruiseTree(
  root,
  FOLDERS.filter((folder) => existsSync(join(root, folder))),
);
const house = readHouse(modules);
const wrong = house.arrows.filter((arrow) => arrow.wrong);
for (const { from, to, imports } of wrong) {
  console.error(`${from.id} must not import ${to.id} (${imports})`);
}
const ok = finish(drawHouse(house), process.argv.includes('--check'));
process.exitCode = ok && wrong.length === 0 ? 0 : 1;
