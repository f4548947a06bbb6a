/** SIGKILL at any moment of a put: the old text or the new one is there, whole, and no other. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openFacts } from '../../agent/io/facts.ts';
import { tempFolder } from '../support/temp-folder.ts';

const writer = fileURLToPath(new URL('../support/facts/writer.ts', import.meta.url));
const ROUNDS = 25;

/** The last number that a life said to be durable, by name; it is killed after about so many lines. */
function live(path: string, start: number, lines: number): Promise<Map<string, number>> {
  return new Promise((resolve, reject) => {
    const args = ['--import', 'tsx', writer, path, String(start)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.split('\n').length > lines) setTimeout(() => child.kill('SIGKILL'), lines % 11);
    });
    child.on('error', reject);
    child.on('close', () => {
      const said = text
        .split('\n')
        .slice(1, -1)
        .map((line) => line.split(' '));
      resolve(new Map(said.map(([key = '', n]) => [key, Number(n)])));
    });
  });
}

it('has the old text or the new one', async () => {
  await using folder = await tempFolder('facts');
  let puts = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const said = await live(folder.path, round * 1_000_000, 3 + (round % 6));
    const aside: unknown[] = [];
    const facts = await openFacts(folder.path, (what) => aside.push(what));
    expect(aside).toEqual([]);
    for (const [key, n] of said) {
      const [number = '', filling = ''] = facts.get(`runs/${key}`)?.split(' ') ?? [];
      expect([n, n + 1]).toContain(Number(number));
      expect(filling).toBe('x'.repeat((Number(number) * 791_901) % 400_000));
      puts += n - round * 1_000_000;
    }
  }
  expect(puts).toBeGreaterThan(ROUNDS);
});
