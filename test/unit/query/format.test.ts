/** Answers as text: values as Go writes them, histograms beside floats, names as they are. */
import { describe, expect, it } from 'vitest';
import { LabelSet } from '../../../collector/core/label-set.ts';
import type { HistogramValue, Value } from '../../../collector/core/query/engine.ts';
import { formatTime, resultBody } from '../../../collector/core/query/format.ts';
import { unescapeLabelName } from '../../../collector/core/query/label-name.ts';
import { formatValue } from '../../../collector/core/query/number.ts';

const labels = LabelSet.fromObject({ __name__: 'm', path: 'a"b\\ü' });
const histogram: HistogramValue = {
  count: 4,
  sum: 2.5,
  *buckets() {
    yield { rule: 3, lower: -0.001, upper: 0.001, count: 1 };
    yield { rule: 0, lower: 1, upper: 2, count: 3 };
  },
  toString: () => '{}',
};
const written = {
  count: '4',
  sum: '2.5',
  buckets: [
    [3, '-0.001', '0.001', '1'],
    [0, '1', '2', '3'],
  ],
};

function body(value: Value, notes: { warnings?: string[]; infos?: string[] } = {}, stats?: string) {
  const pieces = [...resultBody({ value, warnings: [], infos: [], ...notes }, stats)];
  return JSON.parse(pieces.join('')) as { data: { result: unknown } };
}

describe('an answer', () => {
  it('is a vector of values and histograms', () => {
    const samples = [
      { labels, time: 1_500, value: 0.1 },
      { labels: LabelSet.EMPTY, time: 1_500, value: 0, histogram },
    ];
    expect(body({ type: 'vector', samples }).data.result).toEqual([
      { metric: { __name__: 'm', path: 'a"b\\ü' }, value: [1.5, '0.1'] },
      { metric: {}, histogram: [1.5, written] },
    ]);
    expect(body({ type: 'vector', samples: [] }).data.result).toEqual([]);
  });

  it('is a matrix, whose series may hold both', () => {
    const times = Float64Array.of(1_000, 2_000);
    const values = Float64Array.of(1, Number.NaN);
    const series = [
      { labels, times, values },
      { labels, times, values, histograms: [undefined, histogram] },
      { labels, times, values, histograms: [histogram, histogram] },
    ];
    expect(body({ type: 'matrix', series }).data.result).toMatchObject([
      {
        values: [
          [1, '1'],
          [2, 'NaN'],
        ],
      },
      { values: [[1, '1']], histograms: [[2, written]] },
      {
        histograms: [
          [1, written],
          [2, written],
        ],
      },
    ]);
    expect(body({ type: 'matrix', series: series.slice(2) }).data.result).not.toHaveProperty(
      '0.values',
    );
    expect(body({ type: 'matrix', series: [] }).data.result).toEqual([]);
  });

  it('carries notes and stats', () => {
    const value: Value = { type: 'scalar', time: 0, value: Number.POSITIVE_INFINITY };
    expect(body(value, { warnings: ['w'], infos: ['i'] }, '{"n":1}')).toEqual({
      status: 'success',
      data: { resultType: 'scalar', result: [0, '+Inf'], stats: { n: 1 } },
      warnings: ['w'],
      infos: ['i'],
    });
  });

  it('comes in pieces when it is large', () => {
    const samples = Array.from({ length: 5_000 }, (_, i) => ({ labels, time: i, value: i }));
    const pieces = [...resultBody({ value: { type: 'vector', samples }, warnings: [], infos: [] })];
    expect(pieces.length).toBeGreaterThan(2);
    expect(JSON.parse(pieces.join(''))).toHaveProperty('data.result.4999');
  });
});

describe('numbers', () => {
  it.each([
    [0.1, '0.1'],
    [-0, '-0'],
    [1e21, '1e+21'],
    [1.5e-7, '1.5e-07'],
    [1e-10, '1e-10'],
    [123456789012345680000, '123456789012345680000'],
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
  ])('%s', (value, text) => expect(formatValue(value)).toBe(text));

  it('tell time in seconds', () => expect(formatTime(1_700_000_000_123)).toBe('1700000000.123'));
});

describe('label names in addresses', () => {
  it.each([
    ['instance', 'instance'],
    ['U__instance', 'instance'],
    ['U__http_2e_status', 'http.status'],
    ['U__a__b', 'a_b'],
    ['U___1f600_', '😀'],
    ['U__', ''],
    // What is no escape stays as it was.
    ['U__a_', 'U__a_'],
    ['U__a_zz_', 'U__a_zz_'],
    ['U__a_d800_', 'U__a_d800_'],
    ['U__a_1234567_', 'U__a_1234567_'],
  ])('%s', (name, plain) => expect(unescapeLabelName(name)).toBe(plain));
});
