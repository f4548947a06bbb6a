/** Makes the laboratory: the agent's own code, over a disk, a network and timers in memory. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** What the agent's code asks for, and what it gets. */
const INSTEAD: readonly (readonly [RegExp, string])[] = [
  [/^node:fs(\/promises)?$/, 'fs.ts'],
  [/^node:timers\/promises$/, 'pauses.ts'],
  [/\/request\.ts$/, 'request.ts'],
];

const swap: Plugin = {
  name: 'laboratory',
  setup({ onResolve }) {
    onResolve({ filter: /./ }, ({ path, importer }) => {
      if (/\/lab\/|\/node_modules\/|\/io\/clock\.ts$/.test(importer)) return undefined;
      const found = INSTEAD.find(([pattern]) => pattern.test(path));
      return found === undefined ? undefined : { path: here(found[1]) };
    });
  },
};

export async function laboratory(folder: string): Promise<string> {
  const outfile = join(folder, 'lab.mjs');
  await build({
    ...{ entryPoints: [here('worker.ts')], outfile, bundle: true, platform: 'node', format: 'esm' },
    ...{ target: 'node20', logLevel: 'error', plugins: [swap], inject: [here('globals.ts')] },
    banner: {
      js: "import { createRequire as c } from 'node:module'; const require = c(import.meta.url);",
    },
  });
  return outfile;
}
