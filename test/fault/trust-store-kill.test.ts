/** SIGKILL while trusted metadata is replaced: the old set or the new one, never parts of both. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { createTrustStore } from '../../agent/io/trust-store.ts';
import { tempFolder } from '../support/temp-folder.ts';

const ROUNDS = 8;
const STORE = fileURLToPath(new URL('../../agent/io/trust-store.ts', import.meta.url));

/** Says the number of each set after it was kept; sets are large enough for several writes. */
const WRITER = `
const { createTrustStore } = await import(process.argv[1]);
const store = createTrustStore(process.argv[2]);
for (let n = Number(process.argv[3]); ; n += 1) {
  const text = String(n).padStart(9, '0').repeat(20_000);
  const set = { root: text, timestamp: text, snapshot: text, roles: { targets: text } };
  await store.save({ director: set, release: set, signedTime: n });
  process.stdout.write(n + '\\n');
}`;

function live(folder: string, start: number, sets: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const args = [
      '--import',
      'tsx',
      '--input-type=module',
      '-e',
      WRITER,
      STORE,
      folder,
      String(start),
    ];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.split('\n').length > sets) child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('close', () => resolve(Number(text.split('\n').at(-2) ?? start - 1)));
  });
}

it('leaves a whole set, at least as new as the last that was said to be kept', async () => {
  await using folder = await tempFolder('trust-kill');
  let last = 0;
  for (let round = 1; round <= ROUNDS; round += 1) {
    const said = await live(folder.path, last + 1, round * 3);
    const { state, damaged } = await createTrustStore(folder.path).load();
    expect(damaged).toBe(false);
    const found = state?.signedTime ?? 0;
    expect(found).toBeGreaterThanOrEqual(said);
    const text = String(found).padStart(9, '0').repeat(20_000);
    const set = { root: text, timestamp: text, snapshot: text, roles: { targets: text } };
    expect(JSON.stringify(state)).toBe(
      JSON.stringify({ director: set, release: set, signedTime: found }),
    );
    last = found;
  }
  expect(last).toBeGreaterThan(ROUNDS);
});
