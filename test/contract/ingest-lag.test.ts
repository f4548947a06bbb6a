/** How far behind live samples are when they are stored, as `/metrics` tells it. */
import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../collector/core/metrics.ts';
import { instrument } from '../../collector/work/instrument.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { T0, TestDevice } from '../support/ingest/device.ts';
import { Rig } from '../support/ingest/rig.ts';

describe('ingest', () => {
  it('tells its lag and its errors', async () => {
    const clock = new FakeClock(0, T0 + 4_000);
    await using rig = await Rig.open({ clock });
    const metrics = createMetrics();
    const { store, journal } = rig.parts;
    const stats = {
      ...{ connected: true, connections: 0, receivedMessages: 0, receivedBytes: 0 },
      ...{ refused: new Map<string, number>(), listening: [] },
    };
    instrument({
      ...{ metrics, counts: rig.counts, store, journal, directory: rig.directory },
      bus: { stats: () => stats } as unknown as Parameters<typeof instrument>[0]['bus'],
      queries: { running: 1, waiting: 2 },
    });
    const device = new TestDevice();
    // Sampled at T0 + 1 s and T0 + 3 s.
    await rig.send(device.state(), device.schema(), device.batch(1), device.batch(3));
    await rig.send(device.broken(2));
    const text = metrics.text();
    const lag = 'muster_collector_ingest_lag_seconds';
    expect(text).toContain(`${lag}_bucket{le="1"} 1\n`);
    expect(text).toContain(`${lag}_bucket{le="5"} 2\n`);
    expect(text).toContain(`${lag}_sum 4\n`);
    expect(text).toContain('muster_collector_ingest_errors_total 1\n');
    expect(text).toContain('muster_collector_store_refused_total{reason="too-old"} 0\n');
    expect(text).toContain('muster_collector_queries_waiting 2\n');
  });
});
