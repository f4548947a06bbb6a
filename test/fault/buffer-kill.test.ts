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

it('loses nothing that was appended and goes on with its numbers', async () => {
  await using folder = await tempFolder('buffer');
  const path = join(folder.path, 'buffer');
  const appended = new Map<number, string>();
  const acknowledged = new Set<number>();
  let epoch = '';
  for (let round = 0; round < ROUNDS; round++) {
    const lines = await live(path, round * 1_000_000, 150 * (round + 1) ** 2);
    expect(lines[0]?.startsWith(round === 0 ? 'open new' : `open killed ${epoch}`)).toBe(true);
    epoch = lines[0]?.split(' ')[2] ?? '';
    const newest = Math.max(0, ...appended.keys());
    for (const line of lines.slice(1)) {
      const [what, number = '', n = ''] = line.split(' ');
      if (what === 'acknowledging') acknowledged.add(Number(number));
      else {
        expect(appended.has(Number(number))).toBe(false);
        expect(Number(number)).toBeGreaterThan(newest);
        appended.set(Number(number), n);
      }
    }
  }
  const buffer = await openBuffer({ path, capBytes: 50_000_000, bootId: 'a boot' });
  expect(buffer.opening.how).toBe('killed');
  const held = new Map((await buffer.take(undefined, EVERYTHING)).map((one) => [one.number, one]));
  for (const [number, n] of appended) {
    const text = textOf(held.get(number));
    if (!acknowledged.has(number)) expect(text).toBe(`${epoch}/${number}/${n}`);
  }
  expect(buffer.losses()).toEqual([]);
  expect(appended.size).toBeGreaterThan(1000);
  await buffer.close();
});
