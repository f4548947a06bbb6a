// One chunk of what `run` shares with other chunks. Left alone, esbuild makes a chunk of each set of
// files that the same entries need: the agent would read 25 files at start, and each costs a lookup.
//
// A chunk holds what the same entries reach. So each entry is made to reach all of the shared files.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile, Plugin } from 'esbuild';
import { root } from '../lib/root.mjs';
import { startPaths } from './sizes.ts';

const OWN = /^(agent|protocol)\/.*\.ts$/;
const NAMESPACE = 'shared';

/** `before` is the account of a build without this. */
export function joined(before: Metafile, entry: string, folder: string = root): Plugin {
  const { outputs } = before;
  const atStart = startPaths(outputs, entry);
  const entries = Object.values(outputs).flatMap(({ entryPoint }) =>
    entryPoint !== undefined && entryPoint !== entry && OWN.test(entryPoint) ? [entryPoint] : [],
  );
  const shared = [...atStart]
    .filter((path) => outputs[path]?.entryPoint === undefined)
    .flatMap((path) => Object.keys(outputs[path]?.inputs ?? {}))
    .filter((path) => OWN.test(path))
    .sort();
  const wanted = new Set(entries.map((path) => join(folder, path)));
  return {
    name: 'joined',
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (!wanted.has(path)) return undefined;
        const contents = `${await readFile(path, 'utf8')}\nimport '${NAMESPACE}:';`;
        return { contents, loader: 'ts' };
      });
      build.onResolve({ filter: /^shared:$/ }, () => ({ path: 'files', namespace: NAMESPACE }));
      build.onLoad({ filter: /.*/, namespace: NAMESPACE }, () => ({
        contents: shared.map((path) => `import './${path}';`).join('\n'),
        resolveDir: folder,
      }));
    },
  };
}
