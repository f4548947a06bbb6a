import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cvss3BaseScore, severityOfScore } from '../../../agent/core/cvss.ts';
import { compareDebianVersions } from '../../../agent/core/debian-version.ts';
import { fixedIn, isAffected, readAdvisory } from '../../../agent/core/osv.ts';
import { FeedCutter } from '../../../agent/core/osv-feed.ts';
import { ecosystemOf, installedBySource } from '../../../agent/tasks/kit/packages.ts';

describe('CVSS 3', () => {
  it.each([
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 9.8, 'critical'],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H', 10, 'critical'],
    ['CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N', 6.1, 'medium'],
    ['CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H', 7.8, 'high'],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N', 7.5, 'high'],
    ['CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:H', 5.5, 'medium'],
    ['CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:L/A:N', 3.7, 'low'],
    ['CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H', 9.9, 'critical'],
    ['CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 6.8, 'medium'],
    ['CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N', 6.4, 'medium'],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N', 0, 'none'],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P/RL:O', 9.8, 'critical'],
  ])('%s', (vector, score, severity) => {
    expect(cvss3BaseScore(vector)).toBe(score);
    expect(severityOfScore(score)).toBe(severity);
  });

  it.each([
    '',
    'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N',
    'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H',
    'CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    'CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    'AV:N/AC:L/Au:N/C:P/I:P/A:P',
  ])('not %j', (vector) => {
    expect(cvss3BaseScore(vector)).toBeUndefined();
  });
});

describe('Debian versions', () => {
  it('in their order', () => {
    const sorted = [
      '1.0~~',
      '1.0~',
      '1.0~rc1',
      '1.0',
      '1.0-0+deb12u1',
      '1.0-1',
      '1.0-1a',
      '1.0-1+b1',
    ].concat(['1.0a', '1.0.1', '1.9', '1.10', '2', '1:0.1', '1:0.2', '10:0']);
    for (let a = 0; a < sorted.length; a += 1) {
      for (let b = 0; b < sorted.length; b += 1) {
        const compared = Math.sign(compareDebianVersions(sorted[a] ?? '', sorted[b] ?? ''));
        expect([sorted[a], sorted[b], compared]).toEqual([sorted[a], sorted[b], Math.sign(a - b)]);
      }
    }
    expect(compareDebianVersions('0:1.0', '1.0')).toBe(0);
    expect(compareDebianVersions('1.000', '1.0')).toBe(0);
    expect(compareDebianVersions('1.0-0', '1.0')).toBe(0);
  });

  it('is an order', () => {
    const version = fc.stringMatching(/^([0-9]{1,2}:)?[0-9][0-9a-z.+~]{0,6}(-[0-9a-z.+~]{1,4})?$/);
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        const [first, second, third] = [a, b, c].sort(compareDebianVersions);
        expect(compareDebianVersions(a, b) + compareDebianVersions(b, a)).toBeCloseTo(0);
        expect(compareDebianVersions(first ?? '', third ?? '')).toBeLessThanOrEqual(0);
        expect(compareDebianVersions(second ?? '', third ?? '')).toBeLessThanOrEqual(0);
      }),
    );
  });
});

describe('advisories', () => {
  const packageOf = (events: readonly object[], more: object = {}) => {
    const affected = { package: { ecosystem: 'Debian:12', name: 'foo' }, ...more };
    const ranges = [{ type: 'ECOSYSTEM', events }];
    const advisory = readAdvisory({ id: 'X-1', affected: [{ ...affected, ranges }] });
    const [found] = advisory?.affected ?? [];
    if (found === undefined) throw new Error('no package');
    return found;
  };

  it('ranges with several introductions, in any order', () => {
    const ranges = packageOf([
      { fixed: '3.0' },
      { introduced: '2.0' },
      { fixed: '1.5' },
      { introduced: '0' },
    ]);
    const affected = ['0~a', '1.4', '1.5', '1.9', '2.0', '2.9~', '3.0', '4'].map((version) =>
      isAffected(version, ranges, compareDebianVersions),
    );
    expect(affected).toEqual([true, true, false, false, true, true, false, false]);
    expect(fixedIn('1.0', ranges, compareDebianVersions)).toBe('1.5');
    expect(fixedIn('2.5', ranges, compareDebianVersions)).toBe('3.0');
  });

  it('last_affected is in, listed versions are, other kinds of range are not', () => {
    const last = packageOf([{ introduced: '1' }, { last_affected: '2.0' }], { versions: ['9'] });
    const affected = ['0.9', '1', '2.0', '2.0+b1', '9'].map((version) =>
      isAffected(version, last, compareDebianVersions),
    );
    expect(affected).toEqual([false, true, true, false, true]);
    expect(fixedIn('1', last, compareDebianVersions)).toBeUndefined();
  });

  it('severity by vector, else by name; CVEs from all names; withdrawn is nothing', () => {
    const severity = [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }];
    const v4 = [{ type: 'CVSS_V4', score: 'CVSS:4.0/AV:N' }];
    const of = (more: object) => readAdvisory({ id: 'DEBIAN-CVE-2024-1234', ...more });
    expect(of({ severity })).toMatchObject({ severity: 'critical', cves: ['CVE-2024-1234'] });
    expect(of({ severity: v4 })?.severity).toBe('unknown');
    expect(of({ severity: v4, database_specific: { severity: 'MODERATE' } })?.severity).toBe(
      'medium',
    );
    expect(of({ ecosystem_specific: { urgency: 'low**' } })?.severity).toBe('low');
    expect(of({ aliases: ['CVE-2024-1', 'CVE-2025-99999'] })?.cves).toHaveLength(2);
    expect(of({ withdrawn: '2024-01-01T00:00:00Z' })).toBeUndefined();
    expect(() => readAdvisory([])).toThrow('without an id');
  });
});

describe('feeds', () => {
  const cut = (pieces: readonly string[], most = 1e6): unknown[] => {
    const cutter = new FeedCutter(most);
    const found = pieces.flatMap((piece) => [...cutter.add(piece)]);
    cutter.end();
    return found.map((json) => JSON.parse(json) as unknown);
  };
  const objects = fc.array(
    fc.dictionary(
      fc.string(),
      fc.jsonValue().filter((value) => JSON.stringify(value) !== undefined),
      {
        maxKeys: 3,
      },
    ),
    { maxLength: 4 },
  );

  it('an array or lines, however they are cut into pieces', () => {
    fc.assert(
      fc.property(
        objects,
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        (values, lines, length) => {
          const plain = JSON.parse(JSON.stringify(values)) as unknown[];
          const text = lines
            ? plain.map((each) => `${JSON.stringify(each)}\n`).join('')
            : JSON.stringify(plain, null, 1);
          expect(cut(text.match(new RegExp(`[^]{1,${length}}`, 'g')) ?? [])).toEqual(plain);
        },
      ),
    );
  });

  it.each([['<html>'], ['{"id": "a'], ['[{"id":1}'], ['[[]]'], ['null']])('not %j', (text) => {
    expect(() => cut([text])).toThrow('feed');
  });

  it('an advisory without an end is not collected for ever', () => {
    expect(() => cut(['{"id": "', 'x'.repeat(100)], 50)).toThrow('longer than 50');
  });
});

it('packages by source, each version once; the system by its own word', () => {
  const output = [
    'installed\tlibfoo1\t1.2-3+b1\tfoo\t1.2-3',
    'installed\tfoo-bin\t1.2-3\tfoo\t1.2-3',
    'config-files\tgone\t1\tgone\t1',
    'installed\tbar\t7\tbar\t7',
    '',
  ].join('\n');
  expect([...installedBySource(output)]).toEqual([
    ['foo', [{ source: 'foo', version: '1.2-3' }]],
    ['bar', [{ source: 'bar', version: '7' }]],
  ]);
  expect(ecosystemOf('ID=debian\nVERSION_ID="12"\n')).toBe('Debian:12');
  expect(ecosystemOf('ID=ubuntu\nVERSION_ID="24.04"\nVERSION="24.04.1 LTS (N)"')).toBe(
    'Ubuntu:24.04:LTS',
  );
  expect(ecosystemOf('ID=alpine\nVERSION_ID=3')).toBeUndefined();
});
