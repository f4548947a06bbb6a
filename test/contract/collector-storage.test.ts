/** What the collector opens, in the order that keeps journal numbers unique. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openStorage, type Storage } from '../../collector/app/storage.ts';
import type { CollectorConfig } from '../../collector/config.ts';
import { silentLog } from '../support/silent-log.ts';
import { block, seriesIds } from '../support/store.ts';

const day = 86_400_000;

async function close({
  catalog,
  alertsCatalog,
  fleetCatalog,
  journal,
  store,
}: Storage): Promise<void> {
  await store.close();
  await catalog.close();
  await alertsCatalog.close();
  await fleetCatalog.close();
  await journal.close();
}

it('a journal that was lost goes on above the numbers that the store has seen', async () => {
  const data = await mkdtemp(join(tmpdir(), 'mstr-storage-'));
  const config = {
    data,
    store: {
      retention: { raw: day, '1m': day, '1h': day },
      limits: { seriesPerDevice: 100, series: 1_000 },
    },
  } as CollectorConfig;
  const first = await openStorage(config, silentLog);
  for (let n = 1; n <= 5; n++) {
    const entry = { topic: 'x', payload: Buffer.from('x'), receivedAt: 0 };
    const seq = await first.journal.append(entry);
    first.store.append(seq, seriesIds(first.store, 'a', 1), [block([Date.now() + n], [[n]])]);
  }
  // Written behind the catalog's back, as full heads are.
  await first.store.checkpoint();
  await close(first);
  await rm(join(data, 'journal'), { recursive: true });
  const next = await openStorage(config, silentLog);
  expect(next.journal.stats().nextSeq).toBe(6);
  expect(next.catalogDamaged).toBe(false);
  await close(next);
  await rm(data, { recursive: true });
});
