/**
 * A sample of the crash matrix (`npm run fault:update`): old or new, whole, and never stuck. First
 * cases that went wrong once, then some of all shapes, then processes that are killed.
 */
import { expect, it } from 'vitest';
import { tempFolder } from '../support/temp-folder.ts';
import { Tally } from '../support/updates/tally.ts';
import { inMemory, onDisk } from '../support/updates/whole-matrix.ts';

const SAMPLE = { shapes: [], singles: true, pairs: true, rounds: 180, seed: 7 };

it('ends on the old or the new version, wherever it is cut', async () => {
  await using folder = await tempFolder('matrix');
  const said: string[] = [];
  const tally = new Tally((line) => said.push(line), false);
  await inMemory({ folder: folder.path, jobs: 2, choice: SAMPLE }, tally);
  expect(said).toEqual([]);
  expect(tally.passed).toBeGreaterThan(SAMPLE.rounds);
});

it('ends so when the process is really killed', async () => {
  await using folder = await tempFolder('matrix');
  const said: string[] = [];
  const tally = new Tally((line) => said.push(line), false);
  await onDisk({ folder: folder.path, jobs: 2, cases: 6, seed: 7 }, tally);
  expect(said).toEqual([]);
  expect(tally.passed).toBe(6);
});
