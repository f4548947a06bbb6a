/** Opens everything that the collector keeps, below one data folder. */
import { join } from 'node:path';
import type { CollectorConfig } from '../config.ts';
import { openJournal } from '../io/journal/segment-journal.ts';
import { openCatalog } from '../io/level-catalog.ts';
import { openQuarantine, type Quarantine } from '../io/quarantine.ts';
import { openLevelStore } from '../io/store/level-store.ts';
import type { Catalog, Journal, Log, SampleStore } from '../ports.ts';
import { checkpointSeq } from '../work/memory.ts';

export interface Storage {
  readonly catalog: Catalog;
  readonly journal: Journal;
  readonly store: SampleStore;
  readonly quarantine: Quarantine;
}

export async function openStorage(config: CollectorConfig, log: Log): Promise<Storage> {
  const { data, store } = config;
  const { raw, '1m': minute, '1h': hour } = store.retention;
  const { seriesPerDevice: seriesPerOwner, series } = store.limits;
  const catalog = await openCatalog(join(data, 'catalog'), log);
  const minSeq = await checkpointSeq(catalog);
  return {
    catalog,
    journal: await openJournal({ dir: join(data, 'journal'), log, minSeq }),
    store: await openLevelStore({
      path: join(data, 'store'),
      retention: { raw, minute, hour },
      limits: { seriesPerOwner, series },
      log,
    }),
    quarantine: await openQuarantine({ dir: join(data, 'quarantine'), log }),
  };
}
