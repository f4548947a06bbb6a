// `await import('some-commonjs-package')` has the package's names in Node, but only `default` once
// esbuild has made a chunk of it. This puts a module in front that has the names again.
import { createRequire } from 'node:module';
import type { Plugin } from 'esbuild';
import { root } from '../lib/root.mjs';
import { isCommonJs } from './package-type.ts';

const NAMESPACE = 'named';
const PACKAGE = /^(@[^/.]+\/)?[^/.@][^/]*$/;
const NAME = /^[A-Za-z_$][\w$]*$/;

const require = createRequire(`${root}/package.json`);

function namesOf(path: string): string[] {
  const exported: unknown = require(path);
  if (typeof exported !== 'object' && typeof exported !== 'function') return [];
  return Object.keys(exported ?? {}).filter((name) => NAME.test(name) && name !== 'default');
}

export const namedExports: Plugin = {
  name: 'named-exports',
  setup(build) {
    build.onResolve({ filter: PACKAGE }, async ({ path, kind, resolveDir }) => {
      if (kind !== 'dynamic-import' || path.startsWith('node:')) return undefined;
      const found = await build.resolve(path, { kind: 'import-statement', resolveDir });
      return !found.external && isCommonJs(found.path)
        ? { path: found.path, namespace: NAMESPACE }
        : undefined;
    });
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({
      contents: [
        `const all = require(${JSON.stringify(path)});`,
        'export default all;',
        ...namesOf(path).map((name) => `export const ${name} = all.${name};`),
      ].join('\n'),
      resolveDir: root,
    }));
  },
};
