/** SIGKILL at any moment: what was appended is there, under its number, and no number comes twice. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openBuffer } from '../../agent/io/buffer/level-buffer.ts';
import { EVERYTHING, textOf } from '../support/buffer/records.ts';
import { tempFolder } from '../support/temp-folder.ts';

const appender = fileURLToPath(new URL('buffer/appender.ts', import.meta.url));
const ROUNDS = 6;

/** Lines of a life that ended with SIGKILL after about so many. */
function live(path: string, start: number, lines: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const args = ['--import', 'tsx', appender, path, String(start)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.length > lines * 15) child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('close', () => resolve(text.split('\n').slice(0, -1)));
  });
}

it('loses nothing that was appended, and gives no name twice', async () => {
  await using folder = await tempFolder('buffer');
  const path = join(folder.path, 'buffer');
  const appended = new Map<string, string>();
  const acknowledged = new Set<string>();
  const epochs = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    const lines = await live(path, round * 1_000_000, 150 * (round + 1) ** 2);
    const [, how, epoch = ''] = lines[0]?.split(' ') ?? [];
    expect(how).toBe(round === 0 ? 'new' : 'killed');
    expect(epochs.has(epoch)).toBe(false);
    epochs.add(epoch);
    for (const line of lines.slice(1)) {
      const [what, number = '', n = ''] = line.split(' ');
      const name = `${epoch}/${number}`;
      if (what === 'acknowledging') acknowledged.add(name);
      else {
        expect(appended.has(name)).toBe(false);
        appended.set(name, n);
      }
    }
  }
  const buffer = await openBuffer({ path, capBytes: 50_000_000, bootId: 'a boot' });
  expect(buffer.opening.how).toBe('killed');
  const taken = await buffer.take(undefined, EVERYTHING);
  const held = new Map(taken.map((one) => [`${one.epoch}/${one.number}`, one]));
  for (const [name, n] of appended) {
    if (!acknowledged.has(name)) expect(textOf(held.get(name))).toBe(`${name}/${n}`);
  }
  expect(buffer.losses()).toEqual([]);
  expect(appended.size).toBeGreaterThan(1000);
  await buffer.close();
});
