import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LabelSet } from '../../../collector/core/label-set.ts';
import { parseExpr } from '../../../collector/promql/parse/index.ts';
import { duplicates } from '../../../collector/rules/duplicates.ts';
import { asksDevices, mustHold, subjectOf } from '../../../collector/rules/evaluation/hold.ts';
import { dueAtOrBefore, offsetOf, roundAt } from '../../../collector/rules/evaluation/schedule.ts';
import { generatorUrl, isDue } from '../../../collector/rules/evaluation/sending.ts';
import { expandGlob } from '../../../collector/rules/glob.ts';
import { sameSamples } from '../../../collector/rules/unit-test/compare.ts';
import { difference, showDuration } from '../../../collector/rules/unit-test/show.ts';
import { FleetFreshness } from '../../../collector/work/rules/freshness.ts';
import { Queue } from '../../../collector/work/rules/queue.ts';
import { groupsOf } from '../../support/rules/load-one.ts';

describe('the schedule', () => {
  it('spreads groups over the interval, each at a place of its own', () => {
    const offsets = Array.from({ length: 500 }, (_, i) => offsetOf(`r.yml;g${i}`, 60_000));
    const perQuarter = [0, 1, 2, 3].map(
      (quarter) => offsets.filter((one) => Math.floor(one / 15_000) === quarter).length,
    );
    expect(Math.min(...perQuarter)).toBeGreaterThan(80);
    expect(offsetOf('r.yml;g1', 60_000)).toBe(offsets[1]);
  });

  it('holds each round once, and counts what it passes over', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 200_000 }), { minLength: 1, maxLength: 50 }),
        fc.integer({ min: 1_000, max: 60_000 }),
        fc.string(),
        (steps, interval, key) => {
          const offset = offsetOf(key, interval);
          let now = 1e12;
          const first = dueAtOrBefore(now, interval, offset);
          let last = first;
          let counted = 0;
          for (const step of steps) {
            now += step;
            const round = roundAt(now, last, interval, offset);
            if (round === undefined) continue;
            expect(round.at).toBeGreaterThan(last);
            expect(now - round.at).toBeLessThan(interval);
            counted += 1 + round.missed;
            last = round.at;
          }
          expect(counted).toBe((last - first) / interval);
        },
      ),
    );
  });

  it('begins anew when the clock is set back', () => {
    expect(roundAt(1_000_000, 5_000_000, 1_000, 0)).toEqual({ at: 1_000_000, missed: 0 });
    expect(roundAt(4_999_999, 5_000_000, 1_000, 0)).toBeUndefined();
  });
});

describe('holding an alert', () => {
  it.each([
    ['up == 0', false],
    ['{__name__="up"}', false],
    ['ALERTS{alertstate="firing"}', false],
    ['rate(muster_collector_ingest_failed_total[5m]) > 0', false],
    ['disk_used_percent > 85', true],
    ['up == 0 and on (instance) disk > 1', true],
    ['{__name__=~"up|x"}', true],
    ['count(up == 0) / count(up)', false],
    ['max_over_time((rate(x[1m]))[5m:1m])', true],
    ['vector(1)', false],
  ])('%s asks devices for data: %s', (text, expected) => {
    expect(asksDevices(parseExpr(text))).toBe(expected);
  });

  it.each([
    ['up == 0', 'liveness'],
    ['muster_collector_devices > 1 and on () count(up) > 1', 'liveness'],
    ['muster_collector_devices > 1', 'own'],
    ['vector(1)', 'own'],
    ['disk > up', 'data'],
  ])('%s is about %s', (text, expected) => {
    expect(subjectOf(parseExpr(text))).toBe(expected);
  });

  const fleet = new FleetFreshness({
    devices: () => [
      { id: 'a', site: 's' },
      { id: 'b', site: 's' },
      { id: 'c', site: 't' },
      { id: 'd', site: 'u' },
    ],
    find: (id) => ('abcd'.includes(id) ? { id, site: 's' } : undefined),
    isUp: (id) => (id === 'd' ? undefined : id !== 'a'),
    lagMs: (id) => (id === 'c' ? 90_000 : 0),
    allowedLagMs: 60_000,
  });

  it.each([
    [{ instance: 'a' }, true, false],
    [{ instance: 'b' }, false, false],
    [{ instance: 'c' }, true, false],
    [{ instance: 'd' }, true, true],
    [{ instance: 'localhost:9090' }, false, false],
    [{ site: 's' }, false, false],
    [{ site: 't' }, true, false],
    [{ site: 'u' }, true, true],
    [{ site: 'nowhere' }, false, false],
    [{}, false, true],
  ])('%j about data of devices is held: %s, about who is up: %s', (labels, data, own) => {
    expect(mustHold(LabelSet.fromObject(labels), 'data', fleet)).toBe(data);
    expect(mustHold(LabelSet.fromObject(labels), 'liveness', fleet)).toBe(own);
    expect(mustHold(LabelSet.fromObject(labels), 'own', fleet)).toBe(false);
  });

  it('waits until what is known of a device can be queried', () => {
    let now = 0;
    let up: boolean | undefined;
    const one = new FleetFreshness({
      devices: () => [{ id: 'a', site: 's' }],
      find: () => ({ id: 'a', site: 's' }),
      isUp: () => up,
      lagMs: () => undefined,
      allowedLagMs: 60_000,
      now: () => now,
    });
    expect(one.device('a')).toBe('unheard');
    now = 90_000;
    up = false;
    expect(one.device('a')).toBe('unheard');
    now = 100_000;
    expect(one.device('a')).toBe('silent');
    up = true;
    expect(one.device('a')).toBe('fresh');
    expect(one.allHeard()).toBe(true);
  });
});

describe('sending', () => {
  it('makes links as Prometheus does', () => {
    expect(generatorUrl('http://x/', 'a{b="c d"} > 1 + 2')).toBe(
      'http://x/graph?g0.expr=a%7Bb%3D%22c+d%22%7D+%3E+1+%2B+2&g0.tab=1',
    );
  });

  const alert = {
    labels: LabelSet.EMPTY,
    annotations: {},
    value: 1,
    activeAt: 0,
  };
  it.each([
    [{ state: 'pending' }, false],
    [{ state: 'firing' }, true],
    [{ state: 'firing', sentAt: 100_000 }, false],
    [{ state: 'firing', sentAt: 39_999 }, true],
    [{ state: 'keeping', sentAt: 40_000 }, false],
    [{ state: 'resolved', resolvedAt: 100_000, sentAt: 90_000 }, true],
    [{ state: 'resolved', resolvedAt: 80_000, sentAt: 90_000 }, false],
    [{ state: 'firing', sentAt: 200_000 }, true],
  ] as const)('%j is due at 100 s: %s', (more, expected) => {
    expect(isDue({ ...alert, ...more }, 100_000, 60_000)).toBe(expected);
  });
});

describe('the queue', () => {
  it('lets so many work at once, in order', async () => {
    const queue = new Queue(2);
    const ends: (() => void)[] = [];
    const begun: number[] = [];
    const jobs = [0, 1, 2, 3].map((n) =>
      queue.run(() => {
        begun.push(n);
        return new Promise<void>((end) => {
          ends[n] = end;
        });
      }),
    );
    await Promise.resolve();
    expect(begun).toEqual([0, 1]);
    expect(queue.length).toBe(2);
    ends[1]?.();
    await jobs[1];
    expect(begun).toEqual([0, 1, 2]);
    ends[0]?.();
    await jobs[0];
    expect(begun).toEqual([0, 1, 2, 3]);
    ends[2]?.();
    ends[3]?.();
    await Promise.all(jobs);
    expect(queue.length).toBe(0);
  });

  it('goes on after a job that fails', async () => {
    const queue = new Queue(1);
    await expect(queue.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(queue.run(() => Promise.resolve(1))).resolves.toBe(1);
  });
});

describe('globs', () => {
  const tree: Record<string, readonly string[]> = {
    '/': ['etc'],
    '/etc': ['rules', 'rules.d'],
    '/etc/rules': ['a.yml', 'b.yml', 'c.yaml', '[x].yml'],
    '/etc/rules.d': ['a.yml'],
  };
  const list = (path: string) => {
    const names = tree[path];
    return names === undefined ? Promise.reject(new Error('none')) : Promise.resolve(names);
  };

  it.each([
    ['/etc/rules/*.yml', ['/etc/rules/[x].yml', '/etc/rules/a.yml', '/etc/rules/b.yml']],
    ['/etc/rules*/a.yml', ['/etc/rules.d/a.yml', '/etc/rules/a.yml']],
    ['/etc/rules/[ab].yml', ['/etc/rules/a.yml', '/etc/rules/b.yml']],
    ['/etc/rules/[^a].yml', ['/etc/rules/b.yml']],
    ['/etc/rules/?.y*', ['/etc/rules/a.yml', '/etc/rules/b.yml', '/etc/rules/c.yaml']],
    ['/etc/rules/\\[x\\].yml', ['/etc/rules/[x].yml']],
    ['/etc/rules/c.yaml', ['/etc/rules/c.yaml']],
    ['/etc/rules/no.yml', []],
    ['/no/*.yml', []],
  ])('%s', async (pattern, expected) => {
    expect(await expandGlob(pattern, list)).toEqual(expected);
  });
});

describe('unit tests of rules', () => {
  it('show durations as Prometheus does', () => {
    expect([0, 1, 60_000, 90_000, 86_400_000 * 8, 604_800_000].map(showDuration)).toEqual([
      '0s',
      '1ms',
      '1m',
      '1m30s',
      '8d',
      '1w',
    ]);
  });

  it('show what is missing and what is too much', () => {
    expect(difference(['a', 'b'], ['b', 'c'])).toBe('\n      - a\n        b\n      + c');
  });

  it('compare exactly, or but for the last bit', () => {
    const sample = (value: number) => [{ labels: LabelSet.EMPTY, value }];
    const sum = 0.1 + 0.2;
    expect(sameSamples(sample(0.3), sample(sum), false)).toBe(false);
    expect(sameSamples(sample(0.3), sample(sum), true)).toBe(true);
    expect(sameSamples(sample(0.3), sample(0.3001), true)).toBe(false);
    expect(sameSamples(sample(Number.NaN), sample(Number.NaN), true)).toBe(false);
    expect(sameSamples(sample(1), [], false)).toBe(false);
  });
});

describe('duplicates', () => {
  it('are rules that make the same', () => {
    const groups = groupsOf(`
groups:
- name: a
  rules:
  - {record: x, expr: up}
  - {record: x, expr: up, labels: {a: b}}
- name: b
  rules:
  - {record: x, expr: up + 1}
`);
    expect(duplicates(groups)).toEqual([{ name: 'x', labels: {}, times: 2 }]);
  });
});
