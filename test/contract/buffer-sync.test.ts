/** When the buffer forces its writes to the disk: only while something waits for the collector. */
import { afterEach, expect, test, vi } from 'vitest';
import { Journal } from '../../agent/io/buffer/journal.ts';
import { openBuffer } from '../../agent/io/buffer/level-buffer.ts';
import { newRecord } from '../support/buffer/records.ts';
import { soon } from '../support/soon.ts';
import { tempFolder } from '../support/temp-folder.ts';

const SYNC_SECONDS = 30;

afterEach(() => void vi.useRealTimers());

test('what the collector has costs no fsync, what waits does', async () => {
  // The disk is real, the time between is not: a slow disk is not a record that waits.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  await using folder = await tempFolder('sync');
  const sync = vi.spyOn(Journal.prototype, 'sync');
  const path = `${folder.path}/buffer`;
  const options = { path, capBytes: 1_000_000, bootId: 'boot', syncSeconds: SYNC_SECONDS };
  const buffer = await openBuffer(options);
  for (let n = 1; n <= 5; n++) {
    const { epoch, number } = await buffer.append(newRecord(n));
    await buffer.acknowledge(epoch, [{ first: number, last: number }]);
    vi.advanceTimersByTime(SYNC_SECONDS * 1500);
  }
  expect(sync).not.toHaveBeenCalled();
  await buffer.append(newRecord(6));
  vi.advanceTimersByTime(SYNC_SECONDS * 1500);
  await soon(() => expect(sync).toHaveBeenCalledOnce());
  await buffer.close();
  sync.mockRestore();
});
