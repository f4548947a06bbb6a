/** A short run of the fuzzer of the broker's front; `npm run fuzz -- --target broker --minutes 10` is a long one. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const cwd = fileURLToPath(new URL('../../', import.meta.url));

it('the collector lives through hostile conversations and serves the others', () => {
  const args = ['--import', 'tsx', 'scripts/fuzz.ts', '--target', 'broker'];
  args.push('--minutes', '0.1', '--seed', '7');
  const { status, stdout } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
  expect(stdout).toMatch(/\n[1-9]\d* passed, 0 failed\n$/);
  expect(status).toBe(0);
});
