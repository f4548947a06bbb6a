/** Inhibition beside the plain rule, and Alertmanager's exception for alerts on both sides. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Alert } from '../../../collector/core/alerting/alert.ts';
import { isResolved } from '../../../collector/core/alerting/alert.ts';
import { fingerprint } from '../../../collector/core/alerting/fingerprint.ts';
import { Inhibition, type InhibitRule } from '../../../collector/core/alerting/inhibition.ts';
import { createMatcher, matchesAll } from '../../../collector/core/alerting/matcher.ts';
import { LabelSet } from '../../../collector/core/label-set.ts';

function alert(labels: Readonly<Record<string, string>>, endsAt = 100): Alert {
  const set = LabelSet.fromObject(labels);
  return { labels: set, annotations: {}, startsAt: 0, endsAt, generatorUrl: '', updatedAt: 0 };
}

/** Alertmanager's words, without an index. */
function plainly(
  rules: readonly InhibitRule[],
  alerts: Iterable<Alert>,
  labels: LabelSet,
  now: number,
) {
  const list = [...alerts];
  return rules.some(({ source, target, equal }) => {
    if (!matchesAll(target, labels)) return false;
    const bothSides = matchesAll(source, labels);
    return list.some(
      (one) =>
        matchesAll(source, one.labels) &&
        !isResolved(one, now) &&
        equal.every((name) => one.labels.get(name) === labels.get(name)) &&
        !(bothSides && matchesAll(target, one.labels)),
    );
  });
}

describe('inhibition', () => {
  it('needs equal labels; missing on both sides is equal', () => {
    const rule = {
      source: [createMatcher('alertname', '=', 'SiteDown')],
      target: [createMatcher('alertname', '=', 'DeviceDown')],
      equal: ['site', 'rack'],
    };
    const inhibition = new Inhibition([rule]);
    const source = alert({ alertname: 'SiteDown', site: 'bonn' });
    inhibition.put(source);
    const by = (labels: Record<string, string>, now = 0) =>
      inhibition.inhibitedBy(LabelSet.fromObject(labels), now);
    expect(by({ alertname: 'DeviceDown', site: 'bonn' })).toBe(fingerprint(source.labels));
    expect(by({ alertname: 'DeviceDown', site: 'ulm' })).toBeUndefined();
    expect(by({ alertname: 'DeviceDown', site: 'bonn', rack: '1' })).toBeUndefined();
    expect(by({ alertname: 'SiteDown', site: 'bonn' })).toBeUndefined();
    expect(by({ alertname: 'DeviceDown', site: 'bonn' }, 100)).toBeUndefined();
    inhibition.put(alert({ alertname: 'SiteDown', site: 'bonn' }, 300));
    expect(by({ alertname: 'DeviceDown', site: 'bonn' }, 200)).toBeDefined();
  });

  it('holds back what the plain rule holds back', () => {
    const value = fc.constantFrom('x', 'y', '');
    const labels = fc.record({ a: value, b: value, c: value });
    const some = fc.array(
      fc
        .tuple(fc.constantFrom('a', 'b'), fc.constantFrom('=' as const, '!=' as const), value)
        .map(([name, op, v]) => createMatcher(name, op, v)),
      { maxLength: 2 },
    );
    const rule = fc.record({
      source: some,
      target: some,
      equal: fc.subarray(['a', 'b', 'c']),
    });
    const put = fc.tuple(labels, fc.integer({ min: 0, max: 10 }));
    fc.assert(
      fc.property(
        fc.array(rule, { maxLength: 3 }),
        fc.array(put, { maxLength: 20 }),
        labels,
        fc.integer({ min: 0, max: 10 }),
        (rules, puts, asked, now) => {
          const inhibition = new Inhibition(rules);
          const known = new Map<string, Alert>();
          for (const [one, endsAt] of puts) {
            const made = alert(one, endsAt);
            inhibition.put(made);
            known.set(made.labels.key, made);
          }
          const target = LabelSet.fromObject(asked);
          const expected = plainly(rules, known.values(), target, now);
          expect(inhibition.inhibitedBy(target, now) !== undefined).toBe(expected);
        },
      ),
    );
  });
});
