/** When the buffer forces its writes to the disk: only while something waits for the collector. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { Journal } from '../../agent/io/buffer/journal.ts';
import { openBuffer } from '../../agent/io/buffer/level-buffer.ts';
import { newRecord } from '../support/buffer/records.ts';
import { tempFolder } from '../support/temp-folder.ts';

const SYNC_SECONDS = 0.03;

test('what the collector has costs no fsync, what waits does', async () => {
  await using folder = await tempFolder('sync');
  const sync = vi.spyOn(Journal.prototype, 'sync');
  const path = `${folder.path}/buffer`;
  const options = { path, capBytes: 1_000_000, bootId: 'boot', syncSeconds: SYNC_SECONDS };
  const buffer = await openBuffer(options);
  for (let n = 1; n <= 5; n++) {
    const { epoch, number } = await buffer.append(newRecord(n));
    await buffer.acknowledge(epoch, [{ first: number, last: number }]);
    await sleep(SYNC_SECONDS * 1500);
  }
  expect(sync).not.toHaveBeenCalled();
  await buffer.append(newRecord(6));
  await vi.waitFor(() => expect(sync).toHaveBeenCalledOnce());
  await buffer.close();
  sync.mockRestore();
});
