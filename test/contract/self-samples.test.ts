/** The collector's own metrics as series, through the real journal and store. */
import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../collector/core/metrics.ts';
import { MetricDescriptions } from '../../collector/work/outside-samples/descriptions.ts';
import { SelfSamples } from '../../collector/work/self-samples.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { T0 } from '../support/ingest/device.ts';
import type { Switches } from '../support/ingest/flaky.ts';
import { Rig } from '../support/ingest/rig.ts';

async function start(switches: Switches = {}) {
  const clock = new FakeClock(0, T0);
  const rig = await Rig.open({ clock, switches });
  const metrics = createMetrics();
  const metadata = new MetricDescriptions();
  const logged: string[] = [];
  const note = (message: string) => void logged.push(message);
  const self = new SelfSamples({
    clock,
    log: { debug: note, info: note, warn: note, error: note },
    metrics,
    samples: { write: (series) => rig.outsideSamples.write(series) },
    metadata,
    instance: 'host',
  });
  return { clock, rig, metrics, metadata, self, logged };
}

const who = { job: 'muster-collector', instance: 'host' };

describe('own metrics', () => {
  it('are there every 15 seconds, labels and buckets too, with `up` beside them', async () => {
    const { clock, rig, metrics, metadata, self } = await start();
    await using _rig = rig;
    const errors = metrics.counters({ name: 'x_total', help: 'X.', labels: ['job'] });
    errors.with({ job: 'one' }).inc(3);
    metrics.histogram({ name: 'lag', help: 'Lag.', buckets: [1] }).observe(0.5);
    await self.record();
    errors.with({ job: 'one' }).inc(4);
    self.start();
    await self.stop();
    await clock.advance(15_000);
    await self.record();
    const times = [T0, T0 + 15_000];
    expect(await rig.points('up', who)).toEqual(times.map((time) => [time, 1]));
    expect(await rig.points('x_total', { ...who, exported_job: 'one' })).toEqual([
      [T0, 7],
      [T0 + 15_000, 7],
    ]);
    expect(await rig.points('lag_bucket', { ...who, le: '+Inf' })).toHaveLength(2);
    expect(metadata.metaOf('lag_bucket')).toEqual({ type: 'counter', unit: '' });
    expect([...metadata.descriptions()]).toContainEqual({
      metric: 'x_total',
      type: 1,
      help: 'X.',
      unit: '',
    });
  });

  it('go on after the disk refused, which is said once', async () => {
    const switches: Switches = { refuse: () => true };
    const { rig, self, logged } = await start(switches);
    await using _rig = rig;
    for (let i = 0; i < 2; i++) {
      self.start();
      await self.stop();
    }
    switches.refuse = undefined;
    self.start();
    await self.stop();
    expect(logged).toEqual(['own metrics are not recorded', 'own metrics are recorded again']);
    expect(await rig.points('up', who)).toHaveLength(1);
  });
});
