/** What a batch holds reaches LevelDB whole and in order, however large it grew and however often it is used. */
import { ClassicLevel } from 'classic-level';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Batch } from '../../collector/io/store/batch.ts';
import type { Level } from '../../collector/io/store/folder.ts';
import { inFolder } from '../support/store.ts';

const bytes = (maxLength: number) => fc.uint8Array({ minLength: 1, maxLength });
const operation = fc.record({
  key: bytes(3),
  value: fc.option(
    fc.oneof(bytes(20), fc.constant(new Uint8Array(5_000).fill(7)), fc.constant(new Uint8Array())),
    { nil: undefined },
  ),
});

async function open(path: string): Promise<Level> {
  const db = new ClassicLevel<Uint8Array, Uint8Array>(path, {
    keyEncoding: 'view',
    valueEncoding: 'view',
  });
  await db.open();
  return db;
}

async function contents(db: Level): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const [key, value] of db.iterator()) found.set(hex(key), hex(value));
  return found;
}

function hex(some: Uint8Array): string {
  return Buffer.from(some).toString('hex');
}

describe('a batch', () => {
  it('writes what it was given, deletes among it, also to a second folder and after it was cleared', () =>
    inFolder(async (path) => {
      const [one, two] = [await open(`${path}/one`), await open(`${path}/two`)];
      const expected = new Map<string, string>();
      const batch = new Batch();
      await fc.assert(
        fc.asyncProperty(fc.array(operation, { maxLength: 12 }), async (operations) => {
          batch.clear();
          expect(batch.empty).toBe(true);
          let size = 0;
          for (const { key, value } of operations) {
            size += key.length + (value?.length ?? 0);
            if (value === undefined) batch.del(key);
            else batch.put(key, value);
            if (value === undefined) expected.delete(hex(key));
            else expected.set(hex(key), hex(value));
            // It has copies: who gave them may use the memory again.
            key.fill(0);
          }
          expect(batch.bytes).toBe(size);
          await batch.write(one);
          await batch.write(two);
          expect(await contents(one)).toEqual(expected);
          expect(await contents(two)).toEqual(expected);
        }),
        { numRuns: 60 },
      );
      await one.close();
      await two.close();
    }));

  it('lets others run between any two thousand operations, and is one write all the same', () =>
    inFolder(async (path) => {
      const db = await open(path);
      const batch = new Batch();
      const key = Buffer.alloc(4);
      for (let n = 0; n < 3_500; n++) {
        key.writeUInt32BE(n);
        batch.put(key, Uint8Array.of(1));
      }
      const seen: number[] = [];
      await batch.write(db, async () => {
        seen.push((await contents(db)).size);
      });
      expect(seen).toEqual([0, 0, 0]);
      expect((await contents(db)).size).toBe(3_500);
      await db.close();
    }));
});
