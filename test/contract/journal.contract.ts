/** What every journal promises, whatever it stores its entries in. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JournalError } from '../../collector/core/errors.ts';
import type { Journal } from '../../collector/ports.ts';
import { tempFolder } from '../support/temp-folder.ts';

export interface JournalBounds {
  readonly segmentBytes?: number;
  readonly groupBytes?: number;
  readonly maxBytes?: number;
  readonly queueBytes?: number;
}

type Open = (dir: string, bounds?: JournalBounds) => Promise<Journal>;

function entry(n: number, bytes = 8) {
  const payload = Buffer.alloc(Math.max(8, bytes));
  payload.writeDoubleLE(n);
  return { topic: `muster/v1/a/b-${n % 5}/m`, payload, receivedAt: n };
}

async function all(journal: Journal, from: number): Promise<number[]> {
  const found: number[] = [];
  for await (const { seq, payload } of journal.replay(from)) {
    expect(Buffer.from(payload).readDoubleLE()).toBe(seq);
    found.push(seq);
  }
  return found;
}

const count = (to: number, from = 1) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

export function journalContract(name: string, open: Open): void {
  describe(`journal: ${name}`, () => {
    it('numbers entries from 1 in the order of append, and replays them', async () => {
      await using folder = await tempFolder('journal');
      const journal = await open(folder.path);
      const seqs = await Promise.all(count(100).map((n) => journal.append(entry(n))));
      expect(seqs).toEqual(count(100));
      expect(journal.stats()).toMatchObject({ nextSeq: 101, damagedBytes: 0 });
      await journal.close();
      const again = await open(folder.path);
      expect(await all(again, 1)).toEqual(count(100));
      expect(await all(again, 42)).toEqual(count(100, 42));
      expect(await again.append(entry(101))).toBe(101);
      await again.close();
    });

    it('takes groups of any size over any number of restarts', async () => {
      const step = fc.record({
        sizes: fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 40 }),
        truncate: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 5 }), async (steps) => {
          await using folder = await tempFolder('journal');
          let next = 1;
          let lowest = 1;
          for (const { sizes, truncate } of steps) {
            const bounds = { segmentBytes: 20_000, groupBytes: 5_000 };
            const journal = await open(folder.path, bounds);
            const found = await all(journal, lowest);
            expect(found).toEqual(count(next - 1, lowest));
            const first = next;
            const seqs = await Promise.all(
              sizes.map((size, i) => journal.append(entry(first + i, size))),
            );
            expect(seqs).toEqual(count(first + sizes.length - 1, first));
            next += sizes.length;
            if (truncate) {
              lowest = Math.max(1, next - 3);
              await journal.truncate(lowest);
            }
            await journal.close();
          }
        }),
        { numRuns: 20 },
      );
    });

    it('gives space back when told that entries are not needed', async () => {
      await using folder = await tempFolder('journal');
      const journal = await open(folder.path, { segmentBytes: 10_000, groupBytes: 2_000 });
      await Promise.all(count(200).map((n) => journal.append(entry(n, 1_000))));
      const before = journal.stats();
      await journal.truncate(150);
      const after = journal.stats();
      expect(after.segments).toBeLessThan(before.segments);
      expect(after.bytes).toBeLessThan(before.bytes / 2);
      await journal.close();
      const again = await open(folder.path);
      expect(await all(again, 150)).toEqual(count(200, 150));
      await again.close();
    });

    it('refuses by its limits, with a code, and takes more when there is room', async () => {
      await using folder = await tempFolder('journal');
      const bounds = { segmentBytes: 2_000, groupBytes: 2_000, maxBytes: 10_000 };
      const journal = await open(folder.path, bounds);
      let taken = 0;
      const fill = async () => {
        for (;;) {
          await journal.append(entry(taken + 1, 1_000));
          taken += 1;
        }
      };
      const refusal = await fill().catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(JournalError);
      expect(refusal).toMatchObject({ code: 'journal-full' });
      expect(taken).toBeGreaterThan(5);
      await journal.truncate(taken);
      expect(await journal.append(entry(taken + 1, 1_000))).toBe(taken + 1);
      await journal.close();
      await expect(journal.append(entry(1))).rejects.toMatchObject({ code: 'journal-closed' });
    });

    it('refuses what would wait in memory without bound', async () => {
      await using folder = await tempFolder('journal');
      const journal = await open(folder.path, { queueBytes: 50_000 });
      const answers = await Promise.allSettled(
        count(100).map((n) => journal.append(entry(n, 1_000))),
      );
      const refused = answers.filter((answer) => answer.status === 'rejected');
      expect(refused.length).toBeGreaterThan(40);
      for (const { reason } of refused) expect(reason).toMatchObject({ code: 'journal-busy' });
      expect(await journal.append(entry(1))).toBe(answers.length - refused.length + 1);
      await journal.close();
    });
  });
}
