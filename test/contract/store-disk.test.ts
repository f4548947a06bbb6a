/** At rest a small store's files hold what is live: what was overwritten and deleted is gone. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../collector/core/store/calendar.ts';
import { openLevelStore } from '../../collector/io/store/level-store.ts';
import { block, inFolder, MIDNIGHT, seriesIds } from '../support/store.ts';

const SERIES = 20;
/** LevelDB's own part: its keys' numbers, blocks, footers and the list of files. */
const OVERHEAD = 1.35;

async function liveBytes(folder: string): Promise<number> {
  const db = new ClassicLevel<Uint8Array, Uint8Array>(folder, {
    keyEncoding: 'view',
    valueEncoding: 'view',
  });
  let bytes = 0;
  for await (const [key, value] of db.iterator()) bytes += key.length + value.length;
  await db.close();
  return bytes;
}

function fileBytes(folder: string): number {
  const files = readdirSync(folder).filter((name) => /\.(ldb|log)$/.test(name));
  return files.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

describe('the files of a store at rest', () => {
  it('hold neither staged rows, merged chunks nor earlier versions of rollups', async () => {
    await inFolder(async (path) => {
      const store = await openLevelStore({ path, now: MIDNIGHT });
      const devices = Array.from({ length: 10 }, (_, n) => seriesIds(store, 'm', SERIES, `d${n}`));
      let seq = 0;
      for (let row = 0; row < 8 * 60; row++) {
        const at = MIDNIGHT + row * MINUTE;
        const cells = Array.from({ length: SERIES }, (_, s) => [Math.sin(row * (s + 1))]);
        for (const ids of devices) store.append(++seq, ids, [block([at], cells)]);
        if (row % 20 === 19) await store.checkpoint();
        if (row % 60 === 59) await store.maintain(at);
      }
      for (let later = 0; later < 6; later++)
        for (let i = 0; i < 10; i++) await store.maintain(MIDNIGHT + (8 + later) * HOUR);
      await store.close();
      const month = readdirSync(join(path, 'rollups/1h'))[0] as string;
      for (const folder of ['parts/2025-11-21', `rollups/1h/${month}`]) {
        const files = fileBytes(join(path, folder));
        expect(files / (await liveBytes(join(path, folder)))).toBeLessThan(OVERHEAD);
      }
    });
  });
});
