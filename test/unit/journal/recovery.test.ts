/** What the journal finds again in files that were cut, turned, overwritten or taken away. */
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JournalOptions } from '../../../collector/io/journal/options.ts';
import { openJournal } from '../../../collector/io/journal/segment-journal.ts';
import type { Journal } from '../../../collector/ports.ts';
import { rounds } from '../../support/rounds.ts';
import { tempFolder } from '../../support/temp-folder.ts';

function entry(n: number, bytes = 20) {
  const payload = Buffer.alloc(bytes, n % 251);
  payload.writeUInt32LE(n);
  return { topic: `muster/v1/site/dev-${n % 7}/m`, payload, receivedAt: 1_000_000 + n };
}

async function fill(options: JournalOptions, count: number, bytes?: number): Promise<void> {
  const journal = await openJournal(options);
  await Promise.all(Array.from({ length: count }, (_, i) => journal.append(entry(i + 1, bytes))));
  await journal.close();
}

async function replayed(journal: Journal, from = 1): Promise<number[]> {
  const found: number[] = [];
  for await (const record of journal.replay(from)) {
    const { topic, receivedAt } = entry(record.seq);
    expect(record).toMatchObject({ topic, receivedAt });
    expect(Buffer.from(record.payload).readUInt32LE()).toBe(record.seq);
    found.push(record.seq);
  }
  return found;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

function segments(dir: string): string[] {
  return readdirSync(dir)
    .filter((name) => name.endsWith('.log'))
    .sort()
    .map((name) => join(dir, name));
}

describe('the journal after damage', () => {
  it('loses only the last record, wherever in it the file ends, and goes on', async () => {
    await using folder = await tempFolder('journal');
    const dir = folder.path;
    await fill({ dir }, 3);
    const [path = ''] = segments(dir);
    const whole = readFileSync(path);
    const recordBytes = whole.length / 3;
    for (let end = recordBytes * 2; end < whole.length; end += 1) {
      writeFileSync(path, whole.subarray(0, end));
      const journal = await openJournal({ dir });
      expect(await replayed(journal)).toEqual([1, 2]);
      expect(journal.stats()).toMatchObject({
        nextSeq: 3,
        damagedBytes: 0,
        bytes: recordBytes * 2,
      });
      expect(await journal.append(entry(3))).toBe(3);
      await journal.close();
      const again = await openJournal({ dir });
      expect(await replayed(again)).toEqual([1, 2, 3]);
      await again.close();
    }
  });

  it('skips what a turned bit spoils, counts it, and finds the next record', async () => {
    await using folder = await tempFolder('journal');
    const dir = folder.path;
    await fill({ dir }, 5);
    const [path = ''] = segments(dir);
    const whole = readFileSync(path);
    const recordBytes = whole.length / 5;
    for (let byte = 0; byte < whole.length; byte += 3) {
      const turned = Buffer.from(whole);
      turned[byte] = (turned[byte] as number) ^ 0x10;
      writeFileSync(path, turned);
      const journal = await openJournal({ dir });
      const lost = Math.floor(byte / recordBytes) + 1;
      expect(await replayed(journal)).toEqual(range(1, 5).filter((n) => n !== lost));
      // In the last record a damaged length cannot be told from a write that was cut.
      if (lost < 5) expect(journal.stats().damagedBytes).toBe(recordBytes);
      expect(journal.stats().nextSeq).toBe(lost === 5 ? 5 : 6);
      await journal.close();
    }
  });

  it('gives back what random damage left whole, in order, and never anything else', async () => {
    const damage = fc.record({
      at: fc.nat(),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 200 }),
      insert: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 4 }), async (hits) => {
        await using folder = await tempFolder('journal');
        const dir = folder.path;
        await fill({ dir, segmentBytes: 2_000, groupBytes: 400 }, 120, 30);
        for (const { at, bytes, insert } of hits) {
          const paths = segments(dir);
          const path = paths[at % paths.length] as string;
          const whole = readFileSync(path);
          const offset = at % (whole.length + 1);
          const rest = whole.subarray(
            insert ? offset : Math.min(whole.length, offset + bytes.length),
          );
          writeFileSync(path, Buffer.concat([whole.subarray(0, offset), bytes, rest]));
        }
        const journal = await openJournal({ dir });
        const found = await replayed(journal);
        expect(found).toEqual([...new Set(found)].sort((a, b) => a - b));
        expect(found.length).toBeGreaterThan(120 - hits.length * 9);
        await journal.close();
      }),
      { numRuns: rounds(25) },
    );
  });

  it('does not take a record inside a payload for one of its own', async () => {
    await using folder = await tempFolder('journal');
    const dir = folder.path;
    await fill({ dir }, 1);
    const [path = ''] = segments(dir);
    const inner = readFileSync(path);
    await using other = await tempFolder('journal');
    const journal = await openJournal({ dir: other.path });
    await journal.append({ ...entry(1), payload: inner });
    await journal.append(entry(2));
    await journal.close();
    const [outer = ''] = segments(other.path);
    const bytes = readFileSync(outer);
    bytes[20] = 0xff;
    writeFileSync(outer, bytes);
    const opened = await openJournal({ dir: other.path });
    expect(await replayed(opened)).toEqual([2]);
    await opened.close();
  });

  it('goes on with a whole segment missing, and with one of zeros', async () => {
    await using folder = await tempFolder('journal');
    const dir = folder.path;
    await fill({ dir, segmentBytes: 500, groupBytes: 300 }, 60);
    const paths = segments(dir);
    expect(paths.length).toBeGreaterThan(4);
    const starts = paths.map((path) => Number(/(\d{16})-/.exec(path)?.[1]));
    rmSync(paths[1] as string);
    writeFileSync(paths[2] as string, Buffer.alloc(700));
    const journal = await openJournal({ dir });
    const [, second = 0, , fourth = 0] = starts;
    expect(await replayed(journal)).toEqual([...range(1, second - 1), ...range(fourth, 60)]);
    expect(journal.stats().damagedBytes).toBe(700);
    await journal.close();
  });

  it('keeps its number when the last segment is empty, and never goes below `minSeq`', async () => {
    await using folder = await tempFolder('journal');
    const dir = folder.path;
    await fill({ dir, segmentBytes: 100 }, 1);
    await fill({ dir, segmentBytes: 100, minSeq: 10 }, 1);
    truncateSync(segments(dir).at(-1) as string, 0);
    const journal = await openJournal({ dir });
    expect(journal.stats().nextSeq).toBe(10);
    await journal.close();
    const later = await openJournal({ dir, minSeq: 50 });
    expect(await later.append(entry(50))).toBe(50);
    await later.close();
    const last = await openJournal({ dir });
    expect(await replayed(last)).toEqual([1, 50]);
    await last.close();
  });
});
