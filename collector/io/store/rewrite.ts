/**
 * Takes out of a range's tables what was overwritten and deleted. LevelDB drops that only where it
 * merges tables, and of what lies at the lowest level it merges nothing by itself; a small folder,
 * whose memory is written to that level as it is, would keep all of it.
 */
import type { KeyRange } from '../../core/store/keys.ts';
import { beginLog } from '../level-files.ts';
import { Batch } from './batch.ts';
import type { Level } from './folder.ts';

/** A range without keys: LevelDB writes its memory to a table, and does no more. */
const NOWHERE = Uint8Array.of(0);

/** Neither bound may be a key that somebody has. */
export async function rewrite(db: Level, ...ranges: readonly KeyRange[]): Promise<void> {
  for (const { gte, lt } of ranges) {
    await db.compactRange(NOWHERE, NOWHERE);
    // A table that reaches over all others of the range: they are merged with it.
    const bounds = new Batch();
    bounds.del(gte);
    bounds.del(lt);
    await bounds.write(db);
    await db.compactRange(gte, lt);
  }
  // That left an empty log, which at the next opening would look like one that lost what it held.
  await beginLog(db);
}
