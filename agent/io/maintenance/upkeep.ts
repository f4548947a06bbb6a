/** Everything that executors of tasks need of files and servers. */
import type { Upkeep } from '../../ports/maintenance.ts';
import { createArchives } from './archives.ts';
import { type CourierOptions, createCourier } from './courier.ts';
import { createTexts } from './texts.ts';
import { createTrees } from './trees.ts';

export function createUpkeep(options: CourierOptions = {}): Upkeep {
  return {
    trees: createTrees(),
    archives: createArchives(),
    courier: createCourier(options),
    texts: createTexts(),
  };
}
