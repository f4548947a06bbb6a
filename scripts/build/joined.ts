// One chunk of what `run` shares with other chunks, and one of what the parts that look after the
// device share with each other. Left alone, esbuild makes a chunk of each set of files that the same
// entries need: the agent would read 25 files at start and 30 more for its checks, and each costs a
// lookup and 10 to 30 kB of memory.
//
// A chunk holds what the same entries reach. So each entry is made to reach all of the shared files.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile, Plugin } from 'esbuild';
import { root } from '../lib/root.mjs';
import { startPaths } from './sizes.ts';

const OWN = /^(agent|protocol)\/.*\.ts$/;
/** Loaded when something is configured for them. */
const CARE = /^agent\/(app\/(care|caretakers)|checks\/.*|tasks\/.*|io\/probing\/.*)\.ts$/;
const PREFIX = 'shared:';

interface Group {
  readonly name: string;
  /** The files that are loaded by name. */
  readonly entries: ReadonlySet<string>;
  /** What is to be one chunk. */
  readonly files: readonly string[];
}

/** `before` is the account of a build without this. */
export function joined(before: Metafile, entry: string, folder: string = root): Plugin {
  const groups = groupsOf(before.outputs, entry);
  const placed = groups.map(({ name, entries }) => ({
    name,
    paths: new Set([...entries].map((path) => join(folder, path))),
  }));
  return {
    name: 'joined',
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const names = placed.filter(({ paths }) => paths.has(path)).map(({ name }) => name);
        if (names.length === 0) return undefined;
        const imports = names.map((name) => `import '${PREFIX}${name}';`);
        const contents = [await readFile(path, 'utf8'), ...imports].join('\n');
        return { contents, loader: 'ts' };
      });
      build.onResolve({ filter: new RegExp(`^${PREFIX}`) }, ({ path }) => ({
        path: path.slice(PREFIX.length),
        namespace: PREFIX,
      }));
      build.onLoad({ filter: /.*/, namespace: PREFIX }, ({ path }) => ({
        contents: (groups.find(({ name }) => name === path)?.files ?? [])
          .map((file) => `import './${file}';`)
          .join('\n'),
        resolveDir: folder,
      }));
    },
  };
}

function groupsOf(outputs: Metafile['outputs'], entry: string): readonly Group[] {
  const entries = Object.values(outputs).flatMap(({ entryPoint }) =>
    entryPoint !== undefined && entryPoint !== entry && OWN.test(entryPoint) ? [entryPoint] : [],
  );
  const atStart = startPaths(outputs, entry);
  const care = entries.filter((path) => CARE.test(path));
  const forCare = new Set(care.flatMap((path) => [...startPaths(outputs, path)]));
  return [
    { name: 'start', entries: new Set(entries), files: sharedFiles(outputs, atStart) },
    {
      name: 'care',
      entries: new Set(care),
      files: sharedFiles(outputs, new Set([...forCare].filter((path) => !atStart.has(path)))),
    },
  ];
}

/** Of chunks that are nobody's entry, the files that are ours. */
function sharedFiles(outputs: Metafile['outputs'], paths: ReadonlySet<string>): readonly string[] {
  return [...paths]
    .filter((path) => outputs[path]?.entryPoint === undefined)
    .flatMap((path) => Object.keys(outputs[path]?.inputs ?? {}))
    .filter((path) => OWN.test(path))
    .sort();
}
