import { describe, expect, it } from 'vitest';
import { LabelSet } from '../../../collector/core/label-set.ts';
import {
  type Maintenance,
  maintenanceOf,
  type Scope,
} from '../../../collector/core/oncall/maintenance.ts';

const labelsOf = (device: string) => (device === 'press-1' ? { ring: 'early' } : undefined);
const on = (scope: Scope): Maintenance => ({
  id: 'm1',
  scope,
  startsAt: 100,
  endsAt: 200,
  by: 'ada',
  comment: 'new bearings',
});
const alert = LabelSet.fromObject({ alertname: 'Hot', instance: 'press-1', site: 'plant' });
const siteAlert = LabelSet.fromObject({ alertname: 'SiteOffline', site: 'plant' });
const covers = (scope: Scope, labels = alert, now = 150) =>
  maintenanceOf(labels, [on(scope)], labelsOf, now) !== undefined;

describe('maintenance', () => {
  it('covers a device, a site, and what a selector matches', () => {
    expect(covers({ kind: 'device', device: 'press-1' })).toBe(true);
    expect(covers({ kind: 'device', device: 'press-2' })).toBe(false);
    expect(covers({ kind: 'site', site: 'plant' })).toBe(true);
    expect(covers({ kind: 'site', site: 'other' })).toBe(false);
    expect(covers({ kind: 'selector', labels: { ring: 'early', site: 'plant' } })).toBe(true);
    expect(covers({ kind: 'selector', labels: { ring: 'late' } })).toBe(false);
  });

  it('covers an alert about a whole site only when the site is under maintenance', () => {
    expect(covers({ kind: 'site', site: 'plant' }, siteAlert)).toBe(true);
    expect(covers({ kind: 'selector', labels: { site: 'plant' } }, siteAlert)).toBe(false);
    expect(covers({ kind: 'device', device: 'press-1' }, siteAlert)).toBe(false);
  });

  it('begins and ends on time', () => {
    const scope: Scope = { kind: 'site', site: 'plant' };
    expect([99, 100, 199, 200].map((now) => covers(scope, alert, now))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});
