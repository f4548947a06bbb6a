/** The probes as they are shipped: bundled, split, and each loaded when it is first used. */
import { execFile } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namedExports } from '../../scripts/build/named.ts';
import { root } from '../../scripts/lib/root.mjs';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

const run = promisify(execFile);
const PRELUDE =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
/** Nobody listens on port 1: what is shown is that the code was found and ran. */
const PROBES = {
  http: "{ method: 'GET', url: 'http://127.0.0.1:1/', headers: {}, tls: { verify: true }, maxBytes: 1 }",
  connect: "{ host: '127.0.0.1', port: 1 }",
  datagram: "{ host: '127.0.0.1', port: 1, payload: Buffer.of(1), accept: () => true }",
  mqtt: "{ host: '127.0.0.1', port: 1, clientId: 'x' }",
  postgres: "{ host: '127.0.0.1', port: 1, query: 'SELECT 1', timeoutMs: 1000 }",
  redis: "{ host: '127.0.0.1', port: 1 }",
};

describe('bundled probes', () => {
  let folder: TempFolder;

  beforeAll(async () => {
    folder = await tempFolder('mstr-bundle');
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: { prober: 'agent/io/probing/prober.ts' },
      outdir: folder.path,
      bundle: true,
      splitting: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      metafile: true,
      logLevel: 'silent',
      banner: { js: PRELUDE },
      plugins: [namedExports],
    });
    writeFileSync(join(folder.path, 'package.json'), '{"type":"module"}');
    const entry = Object.values(metafile.outputs).find(({ entryPoint }) =>
      entryPoint?.endsWith('prober.ts'),
    );
    expect(entry?.bytes).toBeLessThan(10_000);
    expect(readdirSync(folder.path).length).toBeGreaterThan(5);
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  it.each(Object.entries(PROBES))('%s', async (name, probe) => {
    const program = `
      import { createProber } from './prober.js';
      const ending = { isOver: false, whenOver: () => () => {} };
      const answer = await createProber().${name}(${probe}, ending);
      console.log(answer.why);`;
    writeFileSync(join(folder.path, `${name}-main.js`), program);
    const { stdout } = await run(process.execPath, [join(folder.path, `${name}-main.js`)]);
    expect(stdout.trim()).toBe('connection refused');
  });
});
