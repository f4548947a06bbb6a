// Packages get short local names before they are bundled, each for itself: the result depends on
// the package alone, so one that did not change is the same bytes in the next release. (Minified
// together with our files, all names would be dealt anew with every change.) Our files keep theirs.
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { build, type Plugin, transform } from 'esbuild';
import { isCommonJs } from './package-type.ts';

/** A package made of ES modules is bundled on its own first: its files have one top level. */
async function whole(path: string, resolveDir: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: `export * from '${path}';`, resolveDir },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

async function shorten(path: string): Promise<string> {
  const source = await readFile(path, 'utf8');
  const { code } = await transform(source, { minify: true, format: 'cjs', target: 'node20' });
  return code;
}

export const shortVendorNames: Plugin = {
  name: 'short-vendor-names',
  setup(outer) {
    outer.onLoad({ filter: /\/node_modules\/.*\.mjs$/ }, async ({ path }) => ({
      contents: await whole(path, dirname(path)),
    }));
    outer.onLoad({ filter: /\/node_modules\/.*\.c?js$/ }, async ({ path }) => ({
      contents: isCommonJs(path) ? await shorten(path) : await whole(path, dirname(path)),
    }));
  },
};
