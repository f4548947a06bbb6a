/**
 * A short run of the fuzzer: the crafted worst payloads stay within 10 ms and their memory, and a
 * few thousand damaged ones throw nothing. Long runs: `npm run fuzz -- --minutes 60`.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const cwd = fileURLToPath(new URL('../../', import.meta.url));

it('finds nothing in a short run', () => {
  const args = ['--import', 'tsx', 'scripts/fuzz.ts', '--minutes', '0.1', '--seed', '7'];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
  expect(stdout).toMatch(/\n[1-9]\d* passed, 0 failed\n$/);
  expect(status).toBe(0);
});
