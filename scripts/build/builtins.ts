// Node's own modules by require(). For an `import` of one, Node looks it up as a module and reads
// every property it has, which loads half of Node behind them: a tenth of the agent's start.
import { createRequire } from 'node:module';
import type { Plugin } from 'esbuild';

const NAMESPACE = 'builtin';
const NAME = /^[A-Za-z_$][\w$]*$/;

const require = createRequire(import.meta.url);

/** Each name for itself, marked so that those which nobody uses are left out. */
function source(path: string): string {
  const names = Object.keys(Object(require(path)) as object).filter(
    (name) => NAME.test(name) && name !== 'default',
  );
  return [
    `const $load = () => require('${path}');`,
    'const $get = (name) => $load()[name];',
    ...names.map((name) => `export const ${name} = /* @__PURE__ */ $get('${name}');`),
    'export default /* @__PURE__ */ $load();',
  ].join('\n');
}

export const requiredBuiltins: Plugin = {
  name: 'required-builtins',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path, kind, importer }) => {
      const isOurs = kind === 'import-statement' && !importer.includes('/node_modules/');
      // `node:module` is what the bundle has its `require` from.
      if (!isOurs || path === 'node:module') return undefined;
      // For each file its own: a module that several chunks share would be a chunk.
      return { path, suffix: `?${importer}`, namespace: NAMESPACE, sideEffects: false };
    });
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({
      contents: source(path),
    }));
  },
};
