/** Any one file damaged: the buffer opens by itself, says so, and accounts for what is gone. */
import { randomUUID } from 'node:crypto';
import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBuffer } from '../../agent/io/buffer/level-buffer.ts';
import type { BufferLoss, RecordBuffer, StoredRecord } from '../../agent/ports.ts';
import { EVERYTHING, newRecord, numbersOf, textOf } from '../support/buffer/records.ts';
import { copyAsKilled } from '../support/buffer/snapshot.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';
import { DAMAGES, inGeneration } from './buffer/damage.ts';

const options = { capBytes: 20_000_000, bootId: 'a boot' };
const COUNT = 6_000;
const start = Date.now();
let folder: TempFolder;
let epoch = '';

/** A backlog over several tables and a log, a third acknowledged, left by a kill and by a close. */
async function prepare(path: string): Promise<void> {
  const buffer = await openBuffer({ ...options, path: join(path, 'live') });
  ({ epoch } = buffer);
  await append(buffer, 1, COUNT / 2);
  await buffer.acknowledge(epoch, [{ first: 1, last: COUNT / 3 }]);
  await append(buffer, COUNT / 2 + 1, COUNT - 300);
  await buffer.sync();
  await copyAsKilled(join(path, 'live'), join(path, 'older'));
  await append(buffer, COUNT - 299, COUNT);
  await copyAsKilled(join(path, 'live'), join(path, 'killed'));
  await buffer.close();
  await cp(join(path, 'live'), join(path, 'closed'), { recursive: true });
}

async function append(buffer: RecordBuffer, from: number, to: number): Promise<void> {
  for (let n = from; n <= to; n++)
    await buffer.append(newRecord(n, { ...timesOf(n), bytes: 400 + ((n * 31) % 500) }));
}

/** After the folder was made, as samples are. */
function timesOf(n: number): { from: number; to: number } {
  return { from: start + n * 1_000, to: start + n * 1_000 + 900 };
}

async function check(path: string, collectorHas: number): Promise<void> {
  const before = process.cpuUsage();
  const buffer = await openBuffer({ ...options, path });
  try {
    if (collectorHas > 0)
      await buffer.acknowledge(epoch, [{ first: collectorHas, last: collectorHas }]);
    const added = await buffer.append(newRecord(0));
    // Work, not time: the machine may have other work.
    const { user, system } = process.cpuUsage(before);
    expect(user + system).toBeLessThan(5_000_000);
    if (added.epoch === epoch) expect(added.number).toBe(COUNT + 1);
    const held = await buffer.take(undefined, EVERYTHING);
    expect(textOf(held.at(-1))).toBe(`${added.epoch}/${added.number}/0`);
    expectWhole(buffer, held.slice(0, -1), collectorHas);
  } finally {
    await buffer.close();
  }
}

/**
 * All that is left is as it was; all that is not is told of with a time that it lay in, by its
 * number or by the opening: of what may be missing that says since when.
 */
function expectWhole(
  buffer: RecordBuffer,
  left: readonly StoredRecord[],
  collectorHas: number,
): void {
  const numbers = new Set(numbersOf(left));
  expect(numbers.size).toBe(left.length);
  const wrong = left.filter((one) => textOf(one) !== `${epoch}/${one.number}/${one.number}`);
  expect(wrong).toEqual([]);
  const { how, since } = buffer.opening;
  const toldSince = how === 'clean' ? Number.POSITIVE_INFINITY : since;
  const losses = buffer.losses();
  for (let number = COUNT / 3 + 1; number <= COUNT; number++) {
    if (numbers.has(number) || number === collectorHas) continue;
    const { from, to } = timesOf(number);
    const told = losses.filter((loss) => names(loss, number));
    const isTold = told.some((loss) => loss.from <= from && to <= (loss.to ?? to));
    if (isTold || from >= toldSince) continue;
    const as = told.map((loss) => `told as of ${loss.from} to ${loss.to}`).join(', ');
    throw new Error(`${number}, ${from} to ${to}, is gone unseen, ${as}; ${how} since ${since}`);
  }
}

function names({ numbers }: BufferLoss, number: number): boolean {
  return numbers.some(({ first, last }) => first <= number && number <= last);
}

describe('damage', () => {
  beforeAll(async () => {
    folder = await tempFolder('buffer');
    await prepare(folder.path);
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  for (const state of ['killed', 'closed']) {
    for (const damage of DAMAGES) {
      it(`${state}, each file ${damage.name}`, async () => {
        const files = await readdir(inGeneration(join(folder.path, state), ''));
        for (const file of files) {
          const path = join(folder.path, `case-${randomUUID()}`, 'buffer');
          await cp(join(folder.path, state), path, { recursive: true });
          const older = inGeneration(join(folder.path, 'older'), file);
          await damage.apply(inGeneration(path, file), older);
          // A whole log of earlier is the one thing that nobody can tell from a kill earlier on,
          // until the collector speaks of a number that this folder does not know.
          const rolledBack = damage.name.startsWith('swapped') && file.endsWith('.log');
          await check(path, rolledBack ? COUNT : 0).catch((error: unknown) => {
            throw new Error(`${file}: ${String(error)}`, { cause: error });
          });
          await rm(join(path, '..'), { recursive: true, force: true });
        }
      });
    }
  }
});
