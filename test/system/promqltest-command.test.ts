/** `npm run promqltest`: what it prints and how it ends. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/promqltest.ts', import.meta.url));
const PASSES = 'load 1m\n  a 1\n\neval instant at 0 a\n  a 1\n';
const FAILS = 'load 1m\n  a 1\n\neval instant at 0 a + 1\n  {} 1\n';

let folder: TempFolder;
beforeAll(async () => {
  folder = await tempFolder('promqltest');
  for (const name of ['good/deep', 'bad', 'broken', 'empty', 'none']) {
    await mkdir(join(folder.path, name), { recursive: true });
  }
  await writeFile(join(folder.path, 'good/one.test'), PASSES);
  await writeFile(join(folder.path, 'good/deep/two.test'), PASSES);
  await writeFile(join(folder.path, 'bad/three.test'), `${PASSES}\n${FAILS}`);
  await writeFile(join(folder.path, 'broken/four.test'), 'load 1m\n  a 1 x\n');
  await writeFile(join(folder.path, 'none/five.test'), '# nothing\n');
});
afterAll(() => folder[Symbol.asyncDispose]());

function run(...args: readonly string[]): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', SCRIPT, ...args], (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, said: stdout + stderr });
    });
  });
}
const on = (name: string, ...args: readonly string[]) => run(join(folder.path, name), ...args);

it('runs every file of a folder, and writes the page', async () => {
  const page = join(folder.path, 'page.md');
  const { code, said } = await on('good', '--write', page);
  expect(code).toBe(0);
  expect(said).toContain('deep/two.test: 1 cases, 1 passed');
  expect(said.trimEnd().split('\n').at(-1)).toBe(
    'sum: 2 files, 2 cases, 2 passed, 0 failed, 0 failed as expected, 0 left out',
  );
  const text = await readFile(page, 'utf8');
  expect(text).toContain('| all | 2 | 2 | 0 | 0 | 0 |');
  expect(text).not.toContain(folder.path);
});

it('runs one file of it, and says what happened as JSON', async () => {
  const { code, said } = await on('good', '--file', 'two', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(said)).toMatchObject({ sums: { cases: 1, passed: 1 } });
});

it('shows what failed, and ends with 1', async () => {
  const { code, said } = await on('bad');
  expect(code).toBe(1);
  expect(said).toContain('FAILED three.test:10: a + 1');
  expect(said).toContain('expected: {} 1');
  expect(said).toContain('got:      {} 2');
});

it('names the line of a file that is none, and ends with 1', async () => {
  const { code, said } = await on('broken');
  expect(code).toBe(1);
  expect(said).toContain('four.test:2: line 2: column 5 of "a 1 x"');
});

it.each([
  ['empty', 'has no .test file'],
  ['none', 'no case found'],
  ['missing', 'is not there'],
])('ends with 2 where there is nothing to run: %s', async (name, message) => {
  const { code, said } = await on(name);
  expect(code).toBe(2);
  expect(said).toContain(message);
});
