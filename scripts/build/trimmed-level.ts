// LevelDB for a device: batches, single keys, iterators, on a database that is open. Sublevels, chained
// batches, hooks that write and iterators that wait for the opening are left out of the bundle; whoever calls them is
// told so.
import type { Plugin } from 'esbuild';

const NAMESPACE = 'left-out';

/** What each file exports. The first one is a function that makes the class it exports. */
const EXPORTS: Readonly<Record<string, readonly string[]>> = {
  './lib/abstract-sublevel': ['AbstractSublevel'],
  './abstract-chained-batch': ['AbstractChainedBatch'],
  './lib/default-chained-batch': ['DefaultChainedBatch'],
  './lib/deferred-iterator': ['DeferredIterator', 'DeferredKeyIterator', 'DeferredValueIterator'],
  './lib/prewrite-batch': ['PrewriteBatch'],
  './chained-batch': ['ChainedBatch'],
};
const FILES =
  /^\.\/(lib\/(abstract-sublevel|deferred-iterator|prewrite-batch)|(lib\/default-|abstract-)?chained-batch)$/;

function leftOut(file: string): string {
  const names = EXPORTS[file] ?? [];
  const message = `${names[0]} of LevelDB is not part of this build`;
  const exported = file === './lib/abstract-sublevel' ? '() => exported' : 'exported';
  return [
    `function refuse() { throw new Error(${JSON.stringify(message)}); }`,
    'refuse.defaults = refuse;',
    `const exported = { ${names.map((name) => `${name}: refuse`).join(', ')} };`,
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
