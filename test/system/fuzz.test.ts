/**
 * A short run of the fuzzer: the crafted worst payloads stay within their memory, and a few thousand
 * damaged ones throw nothing. The 10 ms of a decoder are for `npm run fuzz -- --minutes 60` on a
 * quiet machine; here a second tells what is superlinear from what waits for others.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const cwd = fileURLToPath(new URL('../../', import.meta.url));

it('finds nothing in a short run', () => {
  const args = ['--import', 'tsx', 'scripts/fuzz.ts', '--minutes', '0.1', '--seed', '7'];
  args.push('--slow-ms', '1000');
  const { status, stdout } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
  expect(stdout).toMatch(/\n[1-9]\d* passed, 0 failed\n$/);
  expect(status).toBe(0);
});
