/** The collector with the shipped rules, bundled for a bench. */
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Defines } from './collector-with-rules.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** Inside the project, so that packages are found from there; the name is what profiles look for. */
export async function bundleCollectorWithRules(): Promise<string> {
  const folder = join(ROOT, 'node_modules/.cache/muster-tests', String(process.pid), 'rules');
  const outfile = join(folder, 'collector-under-test.mjs');
  const defines: Defines = { RULES_ROOT: JSON.stringify(join(ROOT, 'deploy/rules')) };
  await build({
    entryPoints: [join(import.meta.dirname, 'collector-with-rules.ts')],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    define: { ...defines },
  });
  return outfile;
}
