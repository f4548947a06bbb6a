// LevelDB for a device: batches, single keys, iterators. Sublevels, chained batches and hooks that
// write are left out of the bundle; whoever calls them is told so.
import type { Plugin } from 'esbuild';

const NAMESPACE = 'left-out';

/** What each file exports. The first one is a function that makes the class it exports. */
const EXPORTS: Readonly<Record<string, string>> = {
  './lib/abstract-sublevel': 'AbstractSublevel',
  './abstract-chained-batch': 'AbstractChainedBatch',
  './lib/default-chained-batch': 'DefaultChainedBatch',
  './lib/prewrite-batch': 'PrewriteBatch',
  './chained-batch': 'ChainedBatch',
};
const FILES =
  /^\.\/(lib\/abstract-sublevel|(lib\/default-|abstract-)?chained-batch|lib\/prewrite-batch)$/;

function leftOut(file: string): string {
  const name = EXPORTS[file] ?? '';
  const message = `${name} of LevelDB is not part of this build`;
  const exported = file === './lib/abstract-sublevel' ? '() => exported' : 'exported';
  return [
    `function refuse() { throw new Error(${JSON.stringify(message)}); }`,
    'refuse.defaults = refuse;',
    `const exported = { ${name}: refuse };`,
    `module.exports = ${exported};`,
  ].join('\n');
}

export const trimmedLevel: Plugin = {
  name: 'trimmed-level',
  setup(build) {
    build.onResolve({ filter: FILES }, ({ path, importer }) =>
      /\/node_modules\/(abstract|classic)-level\//.test(importer)
        ? { path, namespace: NAMESPACE }
        : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({
      contents: leftOut(path),
    }));
  },
};
