/** Everything that executors of tasks need of files and servers. */
import type { Courier, Upkeep } from '../../ports/maintenance.ts';
import { loaded } from '../loaded.ts';
import { createArchives } from './archives.ts';
import type { CourierOptions } from './courier.ts';
import { openSpool } from './spool.ts';
import { createTexts } from './texts.ts';
import { createTrees } from './trees.ts';

const HELPER_FOLDER = '/var/lib/muster-helper';

export interface UpkeepOptions extends CourierOptions {
  /** Of this program where the data folder belongs to another user. */
  readonly ownFolder?: string;
}

export function createUpkeep(options: UpkeepOptions = {}): Upkeep {
  const { ownFolder = HELPER_FOLDER, ...courier } = options;
  return {
    trees: createTrees(),
    archives: createArchives(),
    courier: lazyCourier(courier),
    texts: createTexts(),
    spool: (data) => openSpool(data, ownFolder),
  };
}

/** HTTP with TLS is a megabyte that only a task with a server needs. */
function lazyCourier(options: CourierOptions): Courier {
  const courier = loaded(async () => (await import('./courier.ts')).createCourier(options));
  return {
    put: async (...args) => (await courier()).put(...args),
    fetch: async (...args) => (await courier()).fetch(...args),
  };
}
