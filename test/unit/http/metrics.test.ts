/** The text of /metrics is what Prometheus reads. */
import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../../collector/core/metrics.ts';

describe('metrics registry', () => {
  it('writes help, type, labels and values', () => {
    const metrics = createMetrics();
    const refused = metrics.counters({
      name: 'muster_collector_refused_total',
      help: 'Messages refused.',
      labels: ['reason'],
    });
    refused.with({ reason: 'rate' }).inc();
    refused.with({ reason: 'rate' }).inc(2);
    metrics.gauge({ name: 'muster_collector_up', help: 'Up.' }).set(-0.5);
    expect(metrics.text()).toBe(
      '# HELP muster_collector_refused_total Messages refused.\n' +
        '# TYPE muster_collector_refused_total counter\n' +
        'muster_collector_refused_total{reason="rate"} 3\n' +
        '# HELP muster_collector_up Up.\n# TYPE muster_collector_up gauge\nmuster_collector_up -0.5\n',
    );
  });

  it('escapes help and label values', () => {
    const metrics = createMetrics();
    const family = metrics.gauges({ name: 'm', help: 'a\\b\nc "q"', labels: ['l'] });
    family.with({ l: 'x\\y"z\nw' }).set(Number.POSITIVE_INFINITY);
    expect(metrics.text()).toBe(
      '# HELP m a\\\\b\\nc "q"\n# TYPE m gauge\nm{l="x\\\\y\\"z\\nw"} +Inf\n',
    );
  });

  it('counts histogram buckets cumulatively', () => {
    const metrics = createMetrics();
    const seconds = metrics.histogram({ name: 'h', help: '', buckets: [0.1, 1] });
    for (const value of [0.1, 0.5, 7, Number.NaN]) seconds.observe(value);
    expect(metrics.text().split('\n').slice(2, -1)).toEqual([
      'h_bucket{le="0.1"} 1',
      'h_bucket{le="1"} 2',
      'h_bucket{le="+Inf"} 3',
      'h_sum 7.6',
      'h_count 3',
    ]);
  });

  it('asks for late values when the text is made', () => {
    const metrics = createMetrics();
    const devices = metrics.gauge({ name: 'd', help: '' });
    let count = 1;
    metrics.onCollect(() => devices.set(count));
    expect(metrics.text()).toContain('\nd 1\n');
    count = 2;
    expect(metrics.text()).toContain('\nd 2\n');
  });

  it('never lets a counter fall, and forgets children', () => {
    const metrics = createMetrics();
    const family = metrics.counters({ name: 'c_total', help: '', labels: ['device'] });
    const child = family.with({ device: 'a' });
    child.inc(5);
    child.inc(-3);
    child.follow(4);
    expect(child.value).toBe(5);
    child.follow(9);
    expect(child.value).toBe(9);
    family.remove({ device: 'a' });
    expect(metrics.text()).not.toContain('device="a"');
  });

  it('refuses names that Prometheus would refuse, and a name twice', () => {
    const metrics = createMetrics();
    expect(() => metrics.gauge({ name: 'a-b', help: '' })).toThrow(RangeError);
    expect(() => metrics.gauges({ name: 'a', help: '', labels: ['__x'] })).toThrow(RangeError);
    metrics.gauge({ name: 'a', help: '' });
    expect(() => metrics.gauge({ name: 'a', help: '' })).toThrow(/exists/);
    expect(() => metrics.histogram({ name: 'b', help: '', buckets: [2, 1] })).toThrow(/ascend/);
  });
});
