import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../../collector/core/alerting/fingerprint.ts';
import { LabelSet } from '../../../collector/core/label-set.ts';

// What Debian's Alertmanager 0.25 answers for these labels.
const KNOWN: readonly (readonly [Record<string, string>, string])[] = [
  [{ alertname: 'DiskFull', instance: 'a' }, '63510c93a905c728'],
  [{ alertname: 'Müll', site: 'größe', zz: '日本' }, '81130f5d70351c76'],
  [{ alertname: 'x' }, 'd240efc3896bf266'],
  [{}, 'cbf29ce484222325'],
];

describe('fingerprint', () => {
  it.each(KNOWN)('%j is %s', (labels, hex) => {
    expect(fingerprint(LabelSet.fromObject(labels))).toBe(hex);
  });
});
