/** Performance data and threshold ranges of monitoring plug-ins. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePerformanceData } from '../../../agent/checks/parse/performance-data.ts';
import { parsePluginOutput } from '../../../agent/checks/parse/plugin-output.ts';
import { alerts, parseRange } from '../../../agent/checks/parse/range.ts';

const { NEGATIVE_INFINITY, POSITIVE_INFINITY } = Number;

describe('ranges', () => {
  it.each([
    ['10', { start: 0, end: 10, inside: false }],
    ['10:', { start: 10, end: POSITIVE_INFINITY, inside: false }],
    ['~:10', { start: NEGATIVE_INFINITY, end: 10, inside: false }],
    [':10', { start: 0, end: 10, inside: false }],
    ['10:20', { start: 10, end: 20, inside: false }],
    ['@10:20', { start: 10, end: 20, inside: true }],
    ['@10', { start: 0, end: 10, inside: true }],
    ['-5.5:-1e1', undefined],
    ['-10:-5.5', { start: -10, end: -5.5, inside: false }],
    ['1,5:2,5', { start: 1.5, end: 2.5, inside: false }],
  ])('%s', (text, range) => {
    expect(parseRange(text)).toEqual(range);
  });

  it.each(['', '@', ':', '@:', '20:10', 'ten', '10:20:30', '~', '10 : 20', '10:~'])(
    '%j is none',
    (text) => {
      expect(parseRange(text)).toBeUndefined();
    },
  );

  it('alert outside or, with @, inside, bounds being good or bad accordingly', () => {
    const says = (text: string, value: number) => {
      const range = parseRange(text);
      return range !== undefined && alerts(range, value);
    };
    expect([9, 10, 20, 21].map((value) => says('10:20', value))).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect([9, 10, 20, 21].map((value) => says('@10:20', value))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect([-1, 0, 5, 6].map((value) => says('5', value))).toEqual([true, false, false, true]);
  });
});

describe('performance data', () => {
  const one = (text: string) => parsePerformanceData(text)[0];

  it('is read with all its parts, in base units', () => {
    expect(one("'a label'=512MB;600;@0:700;0;1024")).toEqual({
      label: 'a label',
      unit: 'bytes',
      value: 536_870_912,
      isCounter: false,
      warning: { start: 0, end: 629_145_600, inside: false },
      critical: { start: 0, end: 734_003_200, inside: true },
      minimum: 0,
      maximum: 1_073_741_824,
    });
  });

  it.each([
    ['a=1', '', 1],
    ['a=1.5s', 'seconds', 1.5],
    ['a=12ms', 'seconds', 0.012],
    ['a=250us', 'seconds', 0.000_25],
    ['a=250µs', 'seconds', 0.000_25],
    ['a=3ns', 'seconds', 0.000_000_003],
    ['a=55%', 'ratio', 0.55],
    ['a=10B', 'bytes', 10],
    ['a=1KB', 'bytes', 1024],
    ['a=1kB', 'bytes', 1024],
    ['a=2GiB', 'bytes', 2_147_483_648],
    ['a=1TB', 'bytes', 1_099_511_627_776],
    ['a=7c', '', 7],
    ['a=-3,5', '', -3.5],
    ['a=1e3', '', 1000],
    ['a=7widgets', '', 7],
  ])('%s', (text, unit, value) => {
    expect(one(text)).toMatchObject({ label: 'a', unit, value });
  });

  it('knows counters, quotes in labels and equal signs behind them', () => {
    expect(one('x=7c')?.isCounter).toBe(true);
    expect(one("'it''s=here'=1")).toMatchObject({ label: "it's=here", value: 1 });
  });

  it('leaves out what is malformed and reads the rest', () => {
    const labels = parsePerformanceData("a=1 b=U c= =5 d 'e=3 f=x7 g=2s;;;; h=1;x:;9").map(
      ({ label }) => label,
    );
    expect(labels).toEqual(['a', 'g', 'h']);
    expect(one('h=1;x:;9')).toEqual({
      label: 'h',
      unit: '',
      value: 1,
      isCounter: false,
      critical: { start: 0, end: 9, inside: false },
    });
  });

  it('yields at most so many figures with labels of bounded length', () => {
    const many = Array.from({ length: 500 }, (_, index) => `${'x'.repeat(300)}${index}=1`).join(
      ' ',
    );
    const values = parsePerformanceData(many);
    expect(values).toHaveLength(64);
    expect(values.every(({ label }) => label.length <= 128)).toBe(true);
  });

  it('reads back what a plug-in writes', () => {
    const label = fc
      .string({ minLength: 1, maxLength: 40, unit: 'grapheme-ascii' })
      .filter((text) => text.trim() === text && text !== '');
    const item = fc.record({ label, value: fc.integer(), low: fc.nat(), more: fc.nat() });
    fc.assert(
      fc.property(fc.array(item, { maxLength: 20 }), (items) => {
        const text = items.map(
          (each) =>
            `'${each.label.replaceAll("'", "''")}'=${each.value};${each.low}:${each.low + each.more}`,
        );
        const read = parsePerformanceData(text.join(' ')).map(({ label, value, warning }) => {
          const { start = 0, end = 0 } = warning ?? {};
          return { label, value, low: start, more: end - start };
        });
        expect(read).toEqual(items);
      }),
    );
  });

  it('never throws, and never gives what is no number', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 500 }), (text) => {
        for (const { value, label } of parsePerformanceData(text)) {
          expect(Number.isFinite(value)).toBe(true);
          expect(label).not.toBe('');
        }
      }),
    );
  });

  it('takes no longer than its length allows', () => {
    for (const text of [
      "'".repeat(16_384),
      'a'.repeat(16_384),
      "'a' ".repeat(4096),
      '=;'.repeat(8192),
    ]) {
      const began = process.cpuUsage();
      parsePerformanceData(text);
      const { user } = process.cpuUsage(began);
      expect(user).toBeLessThan(2_000_000);
    }
  });
});

describe('output of a plug-in', () => {
  it.each([
    ['OK', { text: 'OK', performance: '' }],
    ['OK - fine | a=1', { text: 'OK - fine', performance: 'a=1' }],
    ['OK | a=1\nlong\nlonger | b=2\nc=3\n', { text: 'OK', performance: 'a=1 b=2\nc=3' }],
    ['\r\nOK\r\nmore\r\n', { text: 'OK', performance: '' }],
    ['| a=1', { text: '', performance: 'a=1' }],
    ['', { text: '', performance: '' }],
  ])('%j', (output, parsed) => {
    expect(parsePluginOutput(output)).toEqual(parsed);
  });
});
