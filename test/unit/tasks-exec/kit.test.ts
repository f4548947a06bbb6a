import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amountOf } from '../../../agent/tasks/kit/amount.ts';
import { Tally } from '../../../agent/tasks/kit/cutoff.ts';
import { compileGlob, globProblem, matchesText } from '../../../agent/tasks/kit/glob.ts';
import { bytesText, shown } from '../../../agent/tasks/kit/say.ts';
import { freedBy } from '../../../agent/tasks/vacuum-journal.ts';

describe('glob', () => {
  it.each([
    ['*.log', ['a.log', '.log', 'a\nb.log'], ['d/a.log', 'a.log.1']],
    ['**/*.log', ['a.log', 'd/a.log', 'd/e/a.log'], ['a.txt']],
    ['d/**', ['d', 'd/a', 'd/e/f'], ['da', 'e/d']],
    ['a/**/z', ['a/z', 'a/b/z', 'a/b/c/z'], ['a/bz', 'z']],
    ['?[a-c][!x]', ['1ay', 'äbz'], ['1dy', '1ax', 'ay']],
    ['{a,b{1,2}}.x', ['a.x', 'b1.x', 'b2.x'], ['b.x', 'ab1.x']],
    ['\\*[]]', ['*]'], ['a]']],
    ['**', ['a', 'a/b'], []],
  ])('%s', (pattern, good, bad) => {
    const glob = compileGlob(pattern);
    expect(good.filter((path) => !glob.matches(path))).toEqual([]);
    expect(bad.filter((path) => glob.matches(path))).toEqual([]);
  });

  it.each(['', '/a', 'a//b', '../a', 'a/..', './a', '[a', '{a', 'a\\', 'a/'])(
    'not %j',
    (pattern) => {
      expect(globProblem(pattern)).toBeDefined();
    },
  );

  it('many stars take no time, many braces are refused', () => {
    const pattern = `${'*a'.repeat(40)}b`;
    expect(compileGlob(pattern).matches('a'.repeat(2000))).toBe(false);
    expect(compileGlob('**/a/'.repeat(30).concat('x')).matches('a/'.repeat(500).concat('b'))).toBe(
      false,
    );
    expect(globProblem('{a,b}'.repeat(10))).toContain('64');
  });

  it('over a whole text a star takes / too', () => {
    expect(matchesText('Debian-Security:*', 'Debian-Security:12/stable-security')).toBe(true);
    expect(matchesText('*-security', 'Debian:12/stable')).toBe(false);
  });
});

it('a cutoff leaves just what fits: neither too much nor too little', () => {
  const file = fc.record({ time: fc.integer({ min: 0, max: 20 }), bytes: fc.nat({ max: 9 }) });
  const limits = [
    fc.nat({ max: 60 }),
    fc.nat({ max: 12 }),
    fc.integer({ min: -1, max: 21 }),
  ] as const;
  fc.assert(
    fc.property(fc.array(file), ...limits, (files, maxBytes, maxFiles, tooOld) => {
      const tally = new Tally();
      for (const { time, bytes } of files) tally.add(time, bytes);
      const { before, atIt } = tally.cutoff(maxBytes, maxFiles, tooOld);
      let open = atIt;
      const sorted = [...files].sort((a, b) => a.time - b.time);
      const kept = sorted.filter(({ time }) => {
        if (time === before && open > 0) {
          open -= 1;
          return false;
        }
        return time >= before;
      });
      const sum = (list: typeof files) => list.reduce((total, { bytes }) => total + bytes, 0);
      expect(sum(kept)).toBeLessThanOrEqual(maxBytes);
      expect(kept.length).toBeLessThanOrEqual(maxFiles);
      expect(kept.every(({ time }) => time >= tooOld)).toBe(true);
      const last = sorted[sorted.length - kept.length - 1];
      if (last === undefined || last.time < tooOld) return;
      const one = [last, ...kept];
      expect(sum(one) > maxBytes || one.length > maxFiles).toBe(true);
    }),
  );
});

it('amounts as they are written', () => {
  expect(['0B', '24.0M', '1.5G', '512', '8K'].map(amountOf)).toEqual([
    0,
    24 * 1024 ** 2,
    1.5 * 1024 ** 3,
    512,
    8192,
  ]);
  expect(amountOf('much')).toBeUndefined();
  expect([0, 1023, 1536, 150 * 1024].map(bytesText)).toEqual([
    '0 B',
    '1023 B',
    '1.5 KiB',
    '150 KiB',
  ]);
  expect(shown('a\nb')).toBe('"a\\nb"');
});

it('what journalctl says', () => {
  const said = [
    'Deleted archived journal /var/log/journal/1f/system@0.journal (8.0M).',
    'Vacuuming done, freed 8.0M of archived journals from /var/log/journal/1f.',
    'Vacuuming done, freed 0B of archived journals from /run/log/journal.',
  ].join('\n');
  expect(freedBy(said)).toEqual({
    bytes: 8 * 1024 ** 2,
    changes: ['/var/log/journal/1f/system@0.journal (8.0M)'],
  });
});
