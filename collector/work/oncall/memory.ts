/** What on-call keeps: its own keys in the catalog of alerting, together with what the history says. */
import type { AlertEvent } from '../../core/alerting/event.ts';
import type { History } from '../alerting/history.ts';
import { JsonCatalog, type JsonEntry } from '../json-catalog.ts';

/** One letter each below this, so that alerting's own keys are never met. */
const ROOT = 'x/';

export const KEEPING = {
  acknowledgements: `${ROOT}a/`,
  maintenances: `${ROOT}m/`,
  ascents: `${ROOT}e/`,
  flaps: `${ROOT}f/`,
  links: `${ROOT}l/`,
  summaries: `${ROOT}s/`,
} as const;

export class OnCallMemory extends JsonCatalog {
  private history: History | undefined;

  attach(history: History): void {
    this.history = history;
  }

  /** One atomic write: resolves when all of it is durable. */
  keep(entries: Iterable<JsonEntry>, events: readonly AlertEvent[] = []): Promise<void> {
    return this.write(entries, this.history?.changes(events) ?? []);
  }
}
