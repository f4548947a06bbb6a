/** Routes, groups, deduplication, merging, keys: the small decisions. */
import { describe, expect, it, test } from 'vitest';
import type { Alert } from '../../../collector/core/alerting/alert.ts';
import { compareAlerts } from '../../../collector/core/alerting/alert-order.ts';
import { loadConfig } from '../../../collector/core/alerting/config/load.ts';
import { type LogEntry, needsUpdate, sameStates } from '../../../collector/core/alerting/dedup.ts';
import { idempotencyKey } from '../../../collector/core/alerting/identity.ts';
import { differsDurably, mergeAlerts, renewed } from '../../../collector/core/alerting/merge.ts';
import {
  goQuote,
  groupKey,
  groupLabels,
  matchRoutes,
  type Route,
} from '../../../collector/core/alerting/route.ts';
import { LabelSet } from '../../../collector/core/label-set.ts';

const labels = (given: Record<string, string>) => LabelSet.fromObject(given);

function routeOf(text: string): Route {
  const loaded = loadConfig(text);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.config.route;
}

const TREE = `
route:
  receiver: default
  group_by: [alertname]
  repeat_interval: 2h
  routes:
    - matchers: [team="a", severity="page"]
      receiver: a
      group_by: ['...']
      mute_time_intervals: []
      routes:
        - match: { deep: "yes" }
          continue: true
        - match_re: { deep: y.* }
          group_wait: 1s
    - matchers: ['{severity=~"page|warn"}']
      continue: true
      receiver: b
    - receiver: c
      matchers: [severity="warn"]
receivers: [{ name: default }, { name: a }, { name: b }, { name: c }]
`;

describe('routes', () => {
  const root = routeOf(TREE);
  const taken = (given: Record<string, string>) =>
    matchRoutes(root, labels(given)).map(({ id, receiver }) => `${id} ${receiver}`);

  it('are the deepest that match; continue looks on', () => {
    expect(taken({})).toEqual(['0 default']);
    expect(taken({ team: 'a', severity: 'page' })).toEqual(['0/0 a']);
    expect(taken({ team: 'a', severity: 'page', deep: 'yes' })).toEqual(['0/0/0 a', '0/0/1 a']);
    expect(taken({ severity: 'warn' })).toEqual(['0/1 b', '0/2 c']);
    expect(taken({ severity: 'page' })).toEqual(['0/1 b']);
  });

  it('inherit what they do not say', () => {
    expect(root.routes[0]?.routes[1]).toMatchObject({
      receiver: 'a',
      groupBy: 'all',
      groupWaitMs: 1000,
      groupIntervalMs: 300_000,
      repeatIntervalMs: 7_200_000,
    });
  });

  it('have Alertmanager’s keys, and groups too', () => {
    const deep = root.routes[0]?.routes[1] as Route;
    expect(deep.key).toBe('{}/{severity="page",team="a"}/{deep=~"y.*"}');
    const group = groupLabels(root, labels({ alertname: 'x"y', site: 'b' }));
    expect(groupKey(root, group)).toBe('{}:{alertname="x\\"y"}');
    expect(groupLabels(deep, labels({ a: '1', b: '2' })).size).toBe(2);
    expect(groupKey(root, groupLabels(root, labels({})))).toBe('{}:{}');
  });

  test.each([
    ['plain', '"plain"'],
    ['a"b\\c\n\t', '"a\\"b\\\\c\\n\\t"'],
    ['ü 漢', '"ü 漢"'],
    ['\u0001\u00a0\u200b', '"\\x01\\u00a0\\u200b"'],
  ])('quote %j as Go does', (text, quoted) => {
    expect(goQuote(text)).toBe(quoted);
  });
});

describe('deduplication', () => {
  const entry = (firing: string[], resolved: string[] = [], at = 1000): LogEntry => ({
    receiver: 'r',
    integration: 'i',
    groupKey: 'g',
    at,
    firing,
    resolved,
  });
  const ask = (
    before: LogEntry | undefined,
    firing: string[],
    resolved: string[] = [],
    more: Partial<{ sendResolved: boolean; now: number }> = {},
  ) =>
    needsUpdate(
      before,
      { firing: new Set(firing), resolved: new Set(resolved) },
      { sendResolved: true, repeatMs: 100, now: 1050, ...more },
    );

  test.each([
    ['nothing told, nothing fires', undefined, [], ['a'], {}, undefined],
    ['nothing told, one fires', undefined, ['a'], [], {}, 'first'],
    ['a new one fires', entry(['a']), ['a', 'b'], [], {}, 'firing'],
    ['the same', entry(['a']), ['a'], [], {}, undefined],
    ['fewer fire, none resolved', entry(['a', 'b']), ['a'], [], {}, undefined],
    ['one resolved', entry(['a', 'b']), ['a'], ['b'], {}, 'resolved'],
    [
      'one resolved, not to be sent',
      entry(['a', 'b']),
      ['a'],
      ['b'],
      { sendResolved: false },
      undefined,
    ],
    ['all resolved', entry(['a']), [], ['a'], {}, 'resolved'],
    ['all resolved, not to be sent', entry(['a']), [], ['a'], { sendResolved: false }, 'resolved'],
    ['all resolved and told', entry([], ['a']), [], ['a'], {}, undefined],
    ['came and went since', entry([], ['a']), [], ['b'], {}, undefined],
    ['repeat interval just over', entry(['a']), ['a'], [], { now: 1101 }, 'repeat'],
    ['repeat interval not over', entry(['a']), ['a'], [], { now: 1100 }, undefined],
  ] as const)('%s', (_name, before, firing, resolved, more, expected) => {
    expect(ask(before, [...firing], [...resolved], more)).toBe(expected);
  });

  it('tells equal states apart from others', () => {
    const state = { firing: new Set(['a']), resolved: new Set(['b']) };
    expect(sameStates(entry(['a'], ['b']), state)).toBe(true);
    expect(sameStates(entry(['a'], []), state)).toBe(false);
    expect(sameStates(entry(['b'], ['a']), state)).toBe(false);
  });

  it('gives the same key to the same facts, another to any other', () => {
    const state = { firing: new Set(['a', 'b']), resolved: new Set<string>() };
    const same = { firing: new Set(['b', 'a']), resolved: new Set<string>() };
    const key = idempotencyKey(['r'], state, 1);
    expect(idempotencyKey(['r'], same, 1)).toBe(key);
    expect(idempotencyKey(['r'], state, 2)).not.toBe(key);
    expect(idempotencyKey(['s'], state, 1)).not.toBe(key);
    const resolved = { firing: new Set(['a']), resolved: new Set(['b']) };
    expect(idempotencyKey(['r'], resolved, 1)).not.toBe(key);
  });
});

describe('merging', () => {
  const alert = (startsAt: number, endsAt: number, updatedAt: number): Alert => ({
    labels: labels({ a: 'b' }),
    annotations: {},
    startsAt,
    endsAt,
    generatorUrl: '',
    updatedAt,
  });

  it('keeps the first start of what overlaps, and takes a new start of what does not', () => {
    expect(mergeAlerts(alert(0, 100, 0), alert(50, 150, 50))).toMatchObject({
      startsAt: 0,
      endsAt: 150,
    });
    expect(mergeAlerts(alert(0, 100, 0), alert(200, 300, 200))).toMatchObject({ startsAt: 200 });
  });

  it('ends when it is said to end, and not before the later of two promises', () => {
    expect(mergeAlerts(alert(0, 100, 0), alert(0, 50, 60))).toMatchObject({ endsAt: 50 });
    expect(mergeAlerts(alert(0, 100, 0), alert(0, 80, 60))).toMatchObject({ endsAt: 100 });
    expect(mergeAlerts(alert(0, 40, 50), alert(0, 30, 60))).toMatchObject({ endsAt: 40 });
  });

  it('is durable when a crash must not undo it', () => {
    expect(differsDurably(undefined, alert(0, 100, 0))).toBe(true);
    expect(differsDurably(alert(0, 100, 0), alert(0, 160, 60))).toBe(false);
    expect(differsDurably(alert(0, 100, 0), alert(0, 60, 60))).toBe(true);
    expect(differsDurably(alert(0, 60, 60), alert(0, 60, 70))).toBe(false);
    expect(differsDurably(alert(0, 60, 60), alert(80, 160, 80))).toBe(true);
  });

  it('gives what fired before a restart its time again, and what was over none', () => {
    expect(renewed(alert(0, 300_000, 0), 1_000_000)).toMatchObject({ endsAt: 1_300_000 });
    expect(renewed(alert(0, 1000, 0), 1_000_000)).toMatchObject({ endsAt: 1_120_000 });
    expect(renewed(alert(0, 1000, 1000), 1_000_000)).toMatchObject({ endsAt: 1000 });
  });

  it('orders alerts by job, instance, then all labels', () => {
    const list = [
      { z: '1', a: '1' },
      { a: '2' },
      { instance: 'b', job: 'x' },
      { instance: 'a', job: 'x' },
      { instance: 'a' },
    ].map((one) => ({ labels: labels(one) }));
    const order = list.sort(compareAlerts).map((one) => JSON.stringify(one.labels.toObject()));
    expect(order).toEqual([
      '{"instance":"a","job":"x"}',
      '{"instance":"b","job":"x"}',
      '{"instance":"a"}',
      '{"a":"2"}',
      '{"a":"1","z":"1"}',
    ]);
  });
});
