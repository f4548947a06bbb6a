/** What is kept of layers, flags, desired states and commands: plain JSON in the fleet's catalog. */
import { JsonCatalog, type JsonEntry } from '../json-catalog.ts';

export const KEEPING = {
  layers: 'layer/',
  flags: 'flag/',
  desired: 'desired/',
  campaigns: 'campaign/',
  targets: 'cmd/',
  history: 'history/',
} as const;

export type Entry = JsonEntry;

export class FleetMemory extends JsonCatalog {
  /** One atomic write: resolves when all of it is durable. */
  keep(entries: readonly Entry[]): Promise<void> {
    return this.write(entries);
  }
}
