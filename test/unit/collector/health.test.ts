/** What /health says of the parts. */
import { expect, it } from 'vitest';
import { componentsHealth, type HealthDeps } from '../../../collector/app/health.ts';
import { MemoryStore } from '../../support/memory-store.ts';

function deps(more: { refusal?: string; store?: object; connected?: boolean } = {}): HealthDeps {
  const stats = { ...new MemoryStore().stats(), ...more.store };
  const bus = {
    connected: more.connected ?? true,
    connections: 3,
    receivedMessages: 0,
    receivedBytes: 0,
    refused: new Map<string, number>(),
    listening: [],
  };
  return {
    bus: { stats: () => bus },
    store: { stats: () => stats },
    journal: { stats: () => ({ bytes: 2_000, segments: 1, nextSeq: 9, damagedBytes: 0 }) },
    journalHealth: { refusal: more.refusal },
    directory: { size: 7 },
    updates: { health: () => [{ name: 'rollouts', status: 'healthy', detail: '' }] },
  };
}

const status = (given: HealthDeps) =>
  Object.fromEntries(componentsHealth(given).map(({ name, status: word }) => [name, word]));

it('all parts are healthy, and a refusing one is named', () => {
  const healthy = {
    rollouts: 'healthy',
    broker: 'healthy',
    store: 'healthy',
    journal: 'healthy',
    devices: 'healthy',
  };
  expect(status(deps())).toEqual(healthy);
  expect(status(deps({ refusal: 'disk full' }))).toEqual({ ...healthy, journal: 'unhealthy' });
  expect(status(deps({ connected: false }))).toEqual({ ...healthy, broker: 'unhealthy' });
  expect(status(deps({ store: { writable: false } }))).toEqual({ ...healthy, store: 'unhealthy' });
  const damaged = deps({ store: { quarantinedPartitions: ['2026-11-20.damaged'] } });
  expect(status(damaged)).toEqual({ ...healthy, store: 'degraded' });
  expect(componentsHealth(damaged)[1]?.detail).toContain('2026-11-20');
});
