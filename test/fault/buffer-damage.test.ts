/** Any one file damaged: the buffer opens by itself, says so, and accounts for what is gone. */
import { randomUUID } from 'node:crypto';
import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBuffer } from '../../agent/io/buffer/level-buffer.ts';
import type { RecordBuffer, StoredRecord } from '../../agent/ports.ts';
import { EVERYTHING, newRecord, numbersOf, textOf } from '../support/buffer/records.ts';
import { copyAsKilled } from '../support/buffer/snapshot.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';
import { DAMAGES, inGeneration } from './buffer/damage.ts';

const options = { capBytes: 20_000_000, bootId: 'a boot' };
const COUNT = 6_000;
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
    await buffer.append(newRecord(n, { bytes: 400 + ((n * 31) % 500) }));
}

/** Numbers of the first epoch that the account names. */
function accounted(buffer: RecordBuffer): Set<number> {
  const ranges = buffer.losses().flatMap((loss) => loss.numbers);
  return new Set(
    ranges.flatMap(({ first, last }) =>
      Array.from({ length: last - first + 1 }, (_, i) => first + i),
    ),
  );
}

async function check(path: string, collectorHas: number): Promise<void> {
  const start = process.cpuUsage();
  const buffer = await openBuffer({ ...options, path });
  try {
    if (collectorHas > 0)
      await buffer.acknowledge(epoch, [{ first: collectorHas, last: collectorHas }]);
    const added = await buffer.append(newRecord(0));
    // Work, not time: the machine may have other work.
    const { user, system } = process.cpuUsage(start);
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
 * All that is left is as it was; all that is not is told, one by one or by the opening: of what a
 * killed process had not written it says since when it may be missing.
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
  if (['repaired', 'quarantined'].includes(buffer.opening.how)) return;
  const { how, lastTo = 0 } = buffer.opening;
  const lost = accounted(buffer).add(collectorHas);
  for (let number = COUNT / 3 + 1; number <= COUNT; number++) {
    const isSince = collectorHas > 0 && how === 'killed' && newRecord(number).to > lastTo;
    if (!numbers.has(number) && !lost.has(number) && !isSince)
      throw new Error(`${number} is gone unseen`);
  }
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
