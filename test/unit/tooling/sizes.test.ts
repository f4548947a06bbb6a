import type { Metafile } from 'esbuild';
import { expect, test } from 'vitest';
import { chunks, startBytes } from '../../../scripts/build/sizes.ts';

type Output = Metafile['outputs'][string];

function output(bytes: number, entryPoint?: string, imports: Output['imports'] = []): Output {
  const entry = entryPoint === undefined ? {} : { entryPoint };
  return { bytes, inputs: {}, imports, exports: [], ...entry };
}

const outputs: Metafile['outputs'] = {
  'main.js': output(1, 'agent/main.ts', [
    { path: 'shared.js', kind: 'import-statement' },
    { path: 'lazy.js', kind: 'dynamic-import' },
    { path: 'app.js', kind: 'dynamic-import' },
    { path: 'node:fs', kind: 'import-statement', external: true },
  ]),
  'shared.js': output(10),
  'lazy.js': output(100, 'agent/io/inventory.ts', [{ path: 'late.js', kind: 'import-statement' }]),
  'late.js': output(1000),
  'app.js': output(10_000, 'agent/app.ts', [{ path: 'shared.js', kind: 'import-statement' }]),
  'main.js.map': output(100_000),
};

test('at start: the entry, what it imports, and what `run` loads in any case', () => {
  const list = chunks({ inputs: {}, outputs }, 'agent/main.ts');
  const atStart = list.filter((chunk) => chunk.atStart).map((chunk) => chunk.path);
  expect(atStart).toEqual(['app.js', 'shared.js', 'main.js']);
  expect(startBytes(list)).toBe(10_011);
});
