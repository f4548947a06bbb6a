import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { expect, test } from 'vitest';
import { requiredBuiltins } from '../../../scripts/build/builtins.ts';
import { joined } from '../../../scripts/build/joined.ts';
import { chunks } from '../../../scripts/build/sizes.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const PRELUDE =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

function options(folder: string): BuildOptions & { metafile: true } {
  return {
    absWorkingDir: folder,
    entryPoints: { main: 'agent/main.ts' },
    outdir: join(folder, 'out'),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    minifySyntax: true,
    platform: 'node',
    format: 'esm',
    banner: { js: PRELUDE },
    metafile: true,
    plugins: [requiredBuiltins],
  };
}

function lay(folder: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(join(folder, 'agent/app'), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

async function load(folder: string): Promise<Record<string, unknown>> {
  return (await import(pathToFileURL(join(folder, 'out/main.mjs')).href)) as never;
}

test('what a bundle uses of Node is there, and nothing else is asked for', async () => {
  await using folder = await tempFolder('builtins');
  lay(folder.path, {
    'agent/main.ts': [
      "import { basename as base } from 'node:path';",
      "import { existsSync } from 'node:fs';",
      "import os from 'node:os';",
      "export const name = base('/a/b');",
      'export const platform = os.platform();',
    ].join('\n'),
  });
  const { metafile } = await build(options(folder.path));
  expect(await load(folder.path)).toMatchObject({ name: 'b', platform: process.platform });
  const { imports } = Object.values(metafile.outputs)[0] ?? {};
  expect(imports?.map(({ path }) => path)).toEqual(['node:path', 'node:os']);
});

test('what run shares with other chunks is one chunk, and each runs once', async () => {
  await using folder = await tempFolder('joined');
  const shared = (name: string) =>
    `export const ${name} = ((globalThis as any).loaded ??= []).push('${name}');`;
  lay(folder.path, {
    'agent/main.ts': [
      "export const run = () => import('./app/run.ts');",
      "export const one = () => import('./one.ts');",
      "export const two = () => import('./two.ts');",
    ].join('\n'),
    'agent/app/run.ts':
      "import { a } from '../a.ts'; import { b } from '../b.ts'; export const ran = [a, b];",
    'agent/one.ts': "import { a } from './a.ts'; export const one = a;",
    'agent/two.ts': "import { b } from './b.ts'; export const two = b;",
    'agent/a.ts': shared('a'),
    'agent/b.ts': shared('b'),
  });
  const apart = await build({ ...options(folder.path), write: false });
  const whole = options(folder.path);
  const plugins = [joined(apart.metafile, 'agent/main.ts', folder.path), requiredBuiltins];
  const together = await build({ ...whole, plugins });
  const atStart = (metafile: Metafile) =>
    chunks({ ...metafile, outputs: renamed(metafile) }, 'agent/main.ts').filter(
      (chunk) => chunk.atStart,
    ).length;
  expect([apart.metafile, together.metafile].map(atStart)).toEqual([4, 3]);

  const { one, two, run } = (await load(folder.path)) as Record<string, () => Promise<object>>;
  expect(await two?.()).toMatchObject({ two: 2 });
  expect(await one?.()).toMatchObject({ one: 1 });
  expect(await run?.()).toMatchObject({ ran: [1, 2] });
});

/** `chunks` tells of files that end in .js. */
function renamed({ outputs }: Metafile): Metafile['outputs'] {
  return JSON.parse(JSON.stringify(outputs).replaceAll('.mjs"', '.js"')) as Metafile['outputs'];
}
