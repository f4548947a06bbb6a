// What packages in CommonJS find in their module and an ES module lacks, in front of each file.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/root.mjs';

// The first constant is what the plugins put where a package looks for files beside itself.
const PRELUDE = [
  "import { createRequire as __createRequire } from 'node:module';",
  'const require = __createRequire(import.meta.url);',
  'const import_meta_dirname = import.meta.dirname, __dirname = import_meta_dirname;',
].join('');

const USES_IT = /\brequire\b|\b__dirname\b|\bimport_meta_dirname\b/;

// esbuild keeps a first line `#!` of the entry above the banner; two of them would not parse.
export function banner(entry: string): string {
  const hasOwn = readFileSync(join(root, entry), 'utf8').startsWith('#!');
  return hasOwn ? PRELUDE : `#!/usr/bin/env node\n${PRELUDE}`;
}

/** A `require` of its own costs each file kilobytes of memory. Lines stay where the maps have them. */
export function dropUnusedPreludes(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.js')) continue;
    const file = join(folder, name);
    const text = readFileSync(file, 'utf8');
    const without = text.replace(PRELUDE, '');
    if (without !== text && !USES_IT.test(without)) writeFileSync(file, without);
  }
}
