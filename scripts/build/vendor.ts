// Packages get short local names before they are bundled, each for itself: the result depends on
// the package alone, so one that did not change is the same bytes in the next release. (Minified
// together with our files, all names would be dealt anew with every change.) Our files keep theirs.
import { readFile } from 'node:fs/promises';
import { build, type Plugin, transform } from 'esbuild';
import { root } from '../lib/root.mjs';

/** Packages made of ES modules: bundled on their own first, so that their top level stays theirs. */
const MODULES: Readonly<Record<string, string>> = {
  'cbor-x': 'cbor-x/index.js',
  // The CommonJS build of yaml is half as big again.
  yaml: 'yaml/browser/dist/index.js',
};

async function whole(name: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: `export * from './${MODULES[name]}';`, resolveDir: `${root}/node_modules` },
    bundle: true,
    minify: true,
    format: 'cjs',
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
    outer.onResolve({ filter: /^(cbor-x|yaml)$/ }, ({ path }) => ({ path, namespace: 'whole' }));
    outer.onLoad({ filter: /.*/, namespace: 'whole' }, async ({ path }) => ({
      contents: await whole(path),
    }));
    outer.onLoad({ filter: /\/node_modules\/.*\.c?js$/ }, async ({ path }) => ({
      contents: await shorten(path),
    }));
  },
};
