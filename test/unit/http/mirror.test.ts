/** The JSON mirror keeps to its published schemas. */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { mirrorHealth, mirrorMetrics, mirrorState } from '../../../collector/core/mirror.ts';
import { device, NOW } from '../../support/http-fixture.ts';

function validator(view: string) {
  const file = new URL(`../../../docs/schemas/mirror-${view}.schema.json`, import.meta.url);
  const check = new Ajv({ allowUnionTypes: true }).compile(
    JSON.parse(readFileSync(file, 'utf8')) as object,
  );
  return (value: unknown) => {
    // As tools get it: through JSON.
    check(JSON.parse(JSON.stringify(value)));
    return check.errors ?? [];
  };
}

const identity = { instance: 'pi-1', site: 'berlin', job: 'node' };
const sample = (name: string, labels: Record<string, string>, value: number) => ({
  labels: { __name__: name, ...identity, ...labels },
  time: NOW,
  value,
});

describe('JSON mirror', () => {
  it('state', () => {
    const { up: _, ...unknown } = device('pi-1');
    const check = validator('state');
    expect(check(mirrorState(device('pi-1'), NOW))).toEqual([]);
    expect(mirrorState(unknown, NOW)).toMatchObject({ up: null, device: 'pi-1', gaps: 0, at: NOW });
    expect(check(mirrorState(unknown, NOW))).toEqual([]);
    expect(check({ ...mirrorState(unknown, NOW), up: 'yes' })).toHaveLength(1);
  });

  it('health, with what each check makes of it', () => {
    const check = (name: string, state: 'ok' | 'critical' | 'unknown', critical: boolean) => ({
      ...{ name, kind: 'http', state, critical, component: 'application', text: 'refused' },
      ...{ since: NOW - 1000, at: NOW - 10, durationMs: 12, labels: { team: 'line-1' } },
    });
    const health = {
      ...{ overall: 'unhealthy' as const, reason: 'web: refused', since: NOW - 1000, at: NOW },
      failing: 2,
      checks: [
        check('web', 'critical', true),
        check('ui', 'critical', false),
        check('gateway', 'unknown', true),
        check('disk', 'ok', true),
      ],
    };
    const mirror = mirrorHealth(device('pi-1'), health, NOW);
    expect(validator('health')(mirror)).toEqual([]);
    expect(mirror).toMatchObject({ device: 'pi-1', status: 'unhealthy', reason: 'web: refused' });
    expect(mirror.checks.map(({ name, status }) => [name, status])).toEqual([
      ['web', 'unhealthy'],
      ['ui', 'degraded'],
      ['gateway', 'degraded'],
      ['disk', 'healthy'],
    ]);
  });

  it('metrics, by name, without what the topic says', () => {
    const samples = [
      sample('node_load1', {}, 0.5),
      sample('node_cpu_seconds_total', { cpu: '0' }, 1),
      sample('node_cpu_seconds_total', { cpu: '1' }, Number.NaN),
      sample('m', {}, Number.NEGATIVE_INFINITY),
    ];
    const mirror = mirrorMetrics({ device: 'pi-1', site: 'berlin' }, samples, NOW);
    expect(mirror.metrics).toEqual({
      m: [{ labels: {}, time: NOW, value: '-Inf' }],
      node_cpu_seconds_total: [
        { labels: { cpu: '0' }, time: NOW, value: 1 },
        { labels: { cpu: '1' }, time: NOW, value: 'NaN' },
      ],
      node_load1: [{ labels: {}, time: NOW, value: 0.5 }],
    });
    expect(Object.keys(mirror.metrics)).toEqual(['m', 'node_cpu_seconds_total', 'node_load1']);
    expect(validator('metrics')(mirror)).toEqual([]);
  });

  it('stands a metric with a dangerous name', () => {
    const mirror = mirrorMetrics({ device: 'd', site: 's' }, [sample('__proto__', {}, 1)], NOW);
    expect(JSON.stringify(mirror)).toContain('"__proto__":[{');
  });
});
