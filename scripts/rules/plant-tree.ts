// Writes the planted tree into a temporary folder: one file per importer, an empty file per target.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Arrow } from './plants.ts';
import { packages } from './plants.ts';

const isPath = (target: string): boolean => target.endsWith('.ts');

function specifier(arrow: Arrow): string {
  if (!isPath(arrow.to)) return arrow.to;
  const path = relative(dirname(arrow.from), arrow.to);
  return path.startsWith('.') ? path : `./${path}`;
}

function write(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function writePackages(root: string): void {
  const { dependencies, devDependencies, unlisted } = packages;
  const versions = (names: string[]) => Object.fromEntries(names.map((name) => [name, '*']));
  const manifest = {
    name: 'planted',
    type: 'module',
    dependencies: versions(dependencies),
    devDependencies: versions(devDependencies),
  };
  write(root, 'package.json', JSON.stringify(manifest));
  for (const name of [...dependencies, ...devDependencies, ...unlisted]) {
    write(root, `node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.js' }));
    write(root, `node_modules/${name}/index.js`, 'module.exports = {};\n');
  }
}

export function plantTree(root: string, arrows: readonly Arrow[]): void {
  writePackages(root);
  const texts = new Map<string, string>();
  for (const { to } of arrows) if (isPath(to)) texts.set(to, 'export const planted = 1;\n');
  for (const arrow of arrows) {
    const line = `import '${specifier(arrow)}';\n`;
    texts.set(arrow.from, `${line}${texts.get(arrow.from) ?? ''}`);
  }
  for (const [path, text] of texts) write(root, path, text);
}
