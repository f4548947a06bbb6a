/** `verify` finds what was planted, and nothing in a sound folder. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HOUR } from '../../collector/core/store/calendar.ts';
import { openLevelStore } from '../../collector/io/store/level-store.ts';
import { verify } from '../../collector/io/store/verify.ts';
import { block, inFolder, MIDNIGHT, seriesIds } from '../support/store.ts';

async function fill(path: string): Promise<void> {
  const store = await openLevelStore({ path });
  const ids = seriesIds(store, 'm', 5);
  for (let seq = 1; seq <= 600; seq++) {
    const time = MIDNIGHT + seq * 10_000 + (seq % 7);
    store.append(seq, ids, [block([time], [[seq], [seq * 2], [seq / 100], [7], [Math.sqrt(seq)]])]);
  }
  await store.maintain(MIDNIGHT + 10 * HOUR);
  await store.checkpoint();
  await store.close();
}

describe('verify', () => {
  it('counts all and complains of nothing', async () => {
    await inFolder(async (path) => {
      await fill(path);
      const report = await verify(path);
      expect(report.problems).toEqual([]);
      expect(report).toMatchObject({ series: 5, partitions: 1, problemCount: 0 });
      expect(report.samples + report.stagedRows * 5).toBe(3000);
      expect(report.rollups).toBe(5);
    });
  });

  it('finds a flipped bit and names the file', async () => {
    await inFolder(async (path) => {
      await fill(path);
      // Into tables, so that there is a file to damage.
      await (await openLevelStore({ path })).close();
      const folder = join(path, 'parts/2025-11-21');
      const table = readdirSync(folder).find((name) => name.endsWith('.ldb')) as string;
      const bytes = readFileSync(join(folder, table));
      // Not the last part: LevelDB's own index and footer lie there.
      const at = Math.floor(bytes.length / 2);
      bytes[at] = (bytes[at] as number) ^ 0x10;
      writeFileSync(join(folder, table), bytes);
      const report = await verify(path);
      expect(report.problemCount).toBeGreaterThan(0);
      expect(report.problems[0]?.folder).toContain('parts/2025-11-21');
    });
  });
});
