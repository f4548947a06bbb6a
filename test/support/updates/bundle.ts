/** Makes one file out of a program of tests, so that hundreds of starts of it cost little. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export async function bundled(name: string, folder: string): Promise<string> {
  const outfile = join(folder, `${name}.mjs`);
  const entry = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  await build({
    ...{ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm' },
    ...{ target: 'node20', logLevel: 'error', external: ['classic-level'] },
    banner: {
      js: "import { createRequire as c } from 'node:module'; const require = c(import.meta.url);",
    },
  });
  return outfile;
}
