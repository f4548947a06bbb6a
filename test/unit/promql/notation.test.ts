/** The series notation of rule unit tests and `.test` files. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LabelSet } from '../../../collector/core/label-set.ts';
import { FloatHistogram } from '../../../collector/promql/histogram/float-histogram.ts';
import { NotationError } from '../../../collector/promql/notation/error.ts';
import { parseSeries, parseValues } from '../../../collector/promql/notation/series.ts';
import { type HistogramItem, MOST_VALUES } from '../../../collector/promql/notation/values.ts';

const item = (text: string): HistogramItem => {
  const [value] = parseValues(text);
  if (typeof value !== 'object') throw new Error('no histogram');
  return value;
};
const histograms = (text: string) =>
  parseValues(text).map((value) => (value as HistogramItem).histogram);

describe('metrics', () => {
  it.each([
    ['up 1', { __name__: 'up' }],
    ['up{job="a b",x="}"} 1', { __name__: 'up', job: 'a b', x: '}' }],
    ['{__name__="a", b=\'c\'} 1', { __name__: 'a', b: 'c' }],
    ['{} 1', {}],
    ['a:b{c=`"`} 1', { __name__: 'a:b', c: '"' }],
    ['up', { __name__: 'up' }],
  ])('%s', (text, labels) => {
    expect(parseSeries(text).labels.key).toBe(LabelSet.fromObject(labels).key);
  });
});

describe('numbers', () => {
  it.each<[string, unknown[]]>([
    ['', []],
    ['1 -2 +3 .5 1e3', [1, -2, 3, 0.5, 1000]],
    ['1x3', [1, 1, 1, 1]],
    ['1+2x3', [1, 3, 5, 7]],
    ['1-2x2', [1, -1, -3]],
    ['-5x2', [-5, -5, -5]],
    ['1e3-1e2x1', [1000, 900]],
    ['0x2', [0, 0, 0]],
    ['5x0', [5]],
    ['_ _x3 1', [undefined, undefined, undefined, undefined, 1]],
    ['stale NaN Inf -inf +Inf', ['stale', Number.NaN, Infinity, -Infinity, Infinity]],
    ['1\t 2 ', [1, 2]],
  ])('%s', (text, values) => {
    expect(parseValues(text)).toEqual(values);
  });

  it('adds up as Prometheus does: rounding gathers', () => {
    expect(parseValues('0+0.1x3')[3]).toBe(0.1 + 0.1 + 0.1);
  });
});

describe('histograms', () => {
  it('reads every field', () => {
    const { histogram, hintGiven } = item(
      '{{schema:1 sum:-0.3 count:32.1 z_bucket:7.1 z_bucket_w:0.05 buckets:[5.1 10 7] offset:-3 ' +
        'n_buckets:[4.1 5] n_offset:-5 counter_reset_hint:gauge}}',
    );
    expect(histogram).toMatchObject({
      schema: 1,
      sum: -0.3,
      count: 32.1,
      zeroCount: 7.1,
      zeroThreshold: 0.05,
      counterReset: 'gauge',
    });
    expect([...histogram.positive.indexes]).toEqual([-3, -2, -1]);
    expect([...histogram.positive.counts]).toEqual([5.1, 10, 7]);
    expect([...histogram.negative.indexes]).toEqual([-5, -4]);
    expect(hintGiven).toBe(true);
  });

  it('reads custom buckets', () => {
    const { histogram, hintGiven } = item(
      '{{schema:-53 count:3 custom_values:[5 10] buckets:[1 2]}}',
    );
    expect(histogram.customBounds).toEqual([5, 10]);
    expect([...histogram.positive.indexes]).toEqual([0, 1]);
    expect(hintGiven).toBe(false);
  });

  it('repeats, grows and shrinks', () => {
    expect(parseValues('{{sum:1}}x2')).toHaveLength(3);
    const up = histograms('{{sum:1 count:1 buckets:[1]}}+{{sum:2 count:3 buckets:[1 2]}}x2');
    expect(up.map(({ sum }) => sum)).toEqual([1, 3, 5]);
    expect([...(up[2] as FloatHistogram).positive.counts]).toEqual([3, 4]);
    const down = histograms('{{sum:5 count:5}}-{{sum:2 count:1}}x1');
    expect(down.map(({ count }) => count)).toEqual([5, 4]);
  });

  it('takes an empty one', () => {
    expect(item('{{ }}').histogram).toBeInstanceOf(FloatHistogram);
    expect(item('{{}}').histogram.count).toBe(0);
  });
});

describe('refusals', () => {
  it.each([
    ['', 0, 'expected a metric'],
    ['1 2', 0, 'expected a metric'],
    ['up{a="b" 1', 0, 'the labels are not closed by "}"'],
    ['up{a=} 1', 0, 'parse error'],
    ['up{}1', 4, 'expected a space after the metric'],
    ['up 1 foo', 5, 'expected a value'],
    ['up 1+', 4, 'a step after a number'],
    ['up 1+2', 6, 'expected "x" and how many times'],
    ['up 1x', 5, 'how many times after "x"'],
    ['up 1x2y', 6, 'expected a space after a value'],
    ['up _x0', 6, 'stands for nothing'],
    ['up {{schema:9}}', 3, 'a schema is -4 to 8'],
    ['up {{custom_values:[1]}}', 3, 'custom_values need schema:-53'],
    ['up {{sum:1 sum:2}}', 11, 'given twice'],
    ['up {{nonsense:1}}', 5, 'expected one of schema, '],
    ['up {{schema:1.5}}', 13, 'expected a space or "}}"'],
    ['up {{buckets:[1 2}}', 17, 'or "]" in a list'],
    ['up {{counter_reset_hint:maybe}}', 24, 'unknown, reset, not_reset, gauge'],
    ['up {{sum:1', 10, 'expected a space or "}}"'],
    ['up {{}}+1x2', 8, 'expected "{{"'],
    ['up {{schema:-53 custom_values:[1]}}+{{sum:1}}x2', 36, 'cannot be combined'],
    [`up 1x${MOST_VALUES}`, 5, 'at most'],
  ])('%s', (text, position, message) => {
    let thrown: unknown;
    try {
      parseSeries(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(NotationError);
    const { message: said, position: place } = thrown as NotationError;
    expect(said).toContain(message);
    expect(place).toBe(position);
  });

  it('never throws anything else, and ends', () => {
    const piece = fc.constantFrom(
      ...['up', '{', '}', '{{', '}}', 'a="b"', ' ', '1', '-', '+', 'x', '3', '_', 'stale', 'NaN'],
      ...['Inf', 'sum:1', 'buckets:[1 2]', '[', ']', '"', '`', 'é', '.', 'e'],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 15 }), (pieces) => {
        try {
          parseSeries(pieces.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(NotationError);
        }
      }),
    );
  });
});

it('reads back what is written', () => {
  const value = fc.oneof(
    fc.double().map((number) => [String(number), number] as const),
    fc.constant(['_', undefined] as const),
    fc.constant(['stale', 'stale'] as const),
  );
  fc.assert(
    fc.property(fc.array(value), (values) => {
      const text = values.map(([written]) => written.replace('Infinity', 'Inf')).join(' ');
      const read = parseValues(text);
      expect(read.map(String)).toEqual(values.map(([, meant]) => String(meant)));
    }),
  );
});
