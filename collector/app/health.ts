/** How the collector's parts do, for `/health`. */
import type { ComponentHealth, Readiness } from '../core/views.ts';
import type { Bus, Journal, SampleStore } from '../ports.ts';

export interface HealthDeps {
  readonly bus: Pick<Bus, 'stats'>;
  readonly store: Pick<SampleStore, 'stats'>;
  readonly journal: Pick<Journal, 'stats'>;
  readonly journalHealth: { readonly refusal: string | undefined };
  readonly directory: { readonly size: number };
  readonly updates: { health(): readonly ComponentHealth[] };
}

export function componentsHealth(deps: HealthDeps): ComponentHealth[] {
  const { connected, connections } = deps.bus.stats();
  return [
    {
      name: 'broker',
      status: connected ? 'healthy' : 'unhealthy',
      detail: `${connections} clients`,
    },
    storeHealth(deps.store),
    journalHealth(deps),
    ...deps.updates.health(),
    { name: 'devices', status: 'healthy', detail: `${deps.directory.size} known` },
  ];
}

export function readinessOf(restored: boolean, bus: HealthDeps['bus']): Readiness {
  const reasons: string[] = [];
  if (!restored) reasons.push('the journal is being replayed');
  if (!bus.stats().connected) reasons.push('the broker is not connected');
  return { ready: reasons.length === 0, reasons };
}

function storeHealth(store: HealthDeps['store']): ComponentHealth {
  const { writable, series, quarantinedPartitions } = store.stats();
  const damaged = quarantinedPartitions.length > 0;
  const detail = damaged
    ? `damaged partitions: ${quarantinedPartitions.join(', ')}`
    : `${series} series`;
  // Samples wait in memory and in the journal meanwhile.
  if (!writable) return { name: 'store', status: 'unhealthy', detail: 'the disk refuses writes' };
  return { name: 'store', status: damaged ? 'degraded' : 'healthy', detail };
}

/** While it refuses, nothing is acknowledged: queries are answered, devices keep what they have. */
function journalHealth({ journal, journalHealth: { refusal } }: HealthDeps): ComponentHealth {
  const kib = Math.ceil(journal.stats().bytes / 1_024);
  if (refusal === undefined) return { name: 'journal', status: 'healthy', detail: `${kib} KiB` };
  return { name: 'journal', status: 'unhealthy', detail: refusal };
}
