/** A device's buffer as a month without a link leaves it. */
import { join } from 'node:path';
import { openBuffer } from '../../../agent/io/buffer/level-buffer.ts';
import { openFeed } from '../buffer/feed.ts';

const ROWS = 6;
const STEP_MS = 10_000;
const DAY = 86_400_000;

export interface Backlog {
  readonly records: number;
  readonly bytes: number;
  /** What the buffer still has, and what it thinned or dropped at its cap. */
  readonly points: number;
  readonly thinned: number;
}

/** A batch a minute of `series` series for `days` days, up to now. */
export async function recordBacklog(
  data: string,
  days: number,
  series: number,
  capBytes: number,
): Promise<Backlog> {
  const begin = Date.now() - days * DAY;
  const feed = openFeed(series, ROWS, begin);
  const path = join(data, 'buffer');
  const buffer = await openBuffer({ path, capBytes, bootId: 'the boot before' });
  await buffer.putDictionary(feed.id, feed.schema);
  const batches = Math.floor((days * DAY) / (ROWS * STEP_MS));
  for (let n = 0; n < batches; n++) await buffer.append(feed.record(n, false));
  const { records, bytes, thinnedSamples, droppedSamples } = buffer.stats();
  await buffer.close();
  const thinned = thinnedSamples + droppedSamples;
  return { records, bytes, thinned, points: batches * ROWS * series - thinned };
}

/** Records left in the buffer; nobody may have it open. */
export async function leftIn(data: string, capBytes: number): Promise<number> {
  const path = join(data, 'buffer');
  const buffer = await openBuffer({ path, capBytes, bootId: 'a boot after' });
  const { records } = buffer.stats();
  await buffer.close();
  return records;
}
