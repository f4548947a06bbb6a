/** Opens everything that the collector keeps, below one data folder. */
import { join } from 'node:path';
import type { CollectorConfig } from '../config.ts';
import { systemClock } from '../io/clock.ts';
import { openJournal } from '../io/journal/segment-journal.ts';
import { openCatalog } from '../io/level-catalog.ts';
import { linkKey } from '../io/policies-file.ts';
import { openQuarantine, type Quarantine } from '../io/quarantine.ts';
import { openLevelStore } from '../io/store/level-store.ts';
import type { Catalog, Journal, Log, RightOfWay, SampleStore } from '../ports.ts';
import { heldBack } from '../work/held-back.ts';
import { LiveFirst } from '../work/live-first.ts';
import { checkpointSeq } from '../work/memory.ts';

export interface Storage {
  readonly catalog: Catalog;
  readonly catalogDamaged: boolean;
  /** Alerts, silences and what people were told, apart from the rest: each write is synced. */
  readonly alertsCatalog: Catalog;
  /** What devices did and what happened on them. */
  readonly fleetCatalog: Catalog;
  /** Of the links by which readers of messages acknowledge. */
  readonly linkKey: Uint8Array;
  readonly journal: Journal;
  readonly store: SampleStore;
  readonly rightOfWay: RightOfWay;
  readonly quarantine: Quarantine;
}

/** The journal last: it holds what the others may not have. */
export async function closeStorage(storage: Storage): Promise<void> {
  const { catalog, alertsCatalog, fleetCatalog, journal, store } = storage;
  await store.close();
  await catalog.close();
  await alertsCatalog.close();
  await fleetCatalog.close();
  await journal.close();
}

export async function openStorage(config: CollectorConfig, log: Log): Promise<Storage> {
  const { data, store } = config;
  const { raw, '1m': minute, '1h': hour } = store.retention;
  const { seriesPerDevice: seriesPerOwner, series } = store.limits;
  const catalog = await openCatalog(join(data, 'catalog'), log);
  const rightOfWay = new LiveFirst(systemClock);
  const samples = await openLevelStore({
    path: join(data, 'store'),
    retention: { raw, minute, hour },
    limits: { seriesPerOwner, series },
    log,
    now: Date.now(),
    rightOfWay,
  });
  // A journal that lost its end must not give out numbers that the store has seen.
  const minSeq = Math.max(await checkpointSeq(catalog), samples.highestSeq() + 1);
  const { state } = catalog.opening;
  return {
    catalog,
    catalogDamaged: state !== 'intact' && state !== 'new',
    alertsCatalog: await openCatalog(join(data, 'alerts'), log),
    fleetCatalog: await openCatalog(join(data, 'fleet'), log),
    linkKey: await linkKey(data),
    journal: heldBack(await openJournal({ dir: join(data, 'journal'), log, minSeq }), samples),
    store: samples,
    rightOfWay,
    quarantine: await openQuarantine({ dir: join(data, 'quarantine'), log }),
  };
}
