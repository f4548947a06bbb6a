/** The programs as folders that can be released: bundles beside the test's files, packages from here. */
import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';

const ROOT = join(import.meta.dirname, '../../..');

const ENTRIES = {
  agent: 'agent/main.ts',
  collector: 'collector/main.ts',
  launcher: 'agent/launcher/main.ts',
  muster: 'collector/cli/main.ts',
} as const;
export type ProgramName = keyof typeof ENTRIES;

/** Packages are found from everything below. */
export async function lendPackages(folder: string): Promise<void> {
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
}

/** `<folder>/main.js`, a program that says that it is of this version. */
export async function bundle(name: ProgramName, folder: string, version: string): Promise<void> {
  await build({
    entryPoints: { main: join(ROOT, ENTRIES[name]) },
    outdir: folder,
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    plugins: [versioned(version)],
  });
}

const WRITTEN = /'\d+\.\d+\.\d+'/;

function versioned(version: string): Plugin {
  return {
    name: 'version',
    setup({ onLoad }) {
      onLoad({ filter: /protocol\/version\.ts$/ }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        if (!WRITTEN.test(text)) throw new Error(`${path} names no version`);
        return { contents: text.replace(WRITTEN, `'${version}'`), loader: 'ts' };
      });
    },
  };
}
