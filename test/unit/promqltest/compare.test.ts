/** What counts as the same result. */
import { describe, expect, it } from 'vitest';
import type { MatrixSeries, Value } from '../../../collector/core/query/engine.ts';
import { STALE_BITS } from '../../../collector/core/stale.ts';
import { parseSeries } from '../../../collector/promql/notation/series.ts';
import { almostEqual } from '../../../scripts/promqltest/almost.ts';
import { difference } from '../../../scripts/promqltest/compare.ts';
import { notesDifference } from '../../../scripts/promqltest/notes.ts';
import { parseScript } from '../../../scripts/promqltest/parse-script.ts';
import type { EvalCommand } from '../../../scripts/promqltest/script.ts';

const expectation = (lines: string, asked = 'instant at 0') =>
  (parseScript(`eval ${asked} x\n${lines}`)[0] as EvalCommand).expectation;

/** Series in the notation as a vector. */
function vector(...series: readonly string[]): Value {
  const samples = series.map((text) => {
    const { labels, values } = parseSeries(text);
    const [value] = values;
    const sample = { labels, time: 0, value: typeof value === 'number' ? value : 0 };
    return typeof value === 'object' ? { ...sample, histogram: value.histogram } : sample;
  });
  return { type: 'vector', samples };
}

function matrix(start: number, step: number, ...series: readonly string[]): Value {
  return {
    type: 'matrix',
    series: series.map((text): MatrixSeries => {
      const { labels, values } = parseSeries(text);
      const there = [...values.entries()].filter(([, value]) => value !== undefined);
      const points = Float64Array.from(there, ([, value]) =>
        typeof value === 'number' ? value : 0,
      );
      const bits = new BigUint64Array(points.buffer);
      there.forEach(([, value], index) => {
        if (value === 'stale') bits[index] = STALE_BITS;
      });
      return {
        labels,
        times: Float64Array.from(there, ([index]) => start + index * step),
        values: points,
        histograms: there.map(([, value]) =>
          typeof value === 'object' ? value.histogram : undefined,
        ),
      };
    }),
  };
}

describe('numbers', () => {
  it.each([
    [1, 1],
    [1, 1 + 1.9e-6],
    [Number.NaN, Number.NaN],
    [Infinity, Infinity],
    [0, -0],
    [Number.MAX_VALUE, Number.MAX_VALUE * (1 - 1e-9)],
  ])('%d is %d', (a, b) => {
    expect(almostEqual(a, b)).toBe(true);
    expect(almostEqual(b, a)).toBe(true);
  });

  it.each([
    [1, 1 + 2.1e-6],
    [0, 1e-300],
    [Number.NaN, 1],
    [Infinity, -Infinity],
    [1, -1],
  ])('%d is not %d', (a, b) => {
    expect(almostEqual(a, b)).toBe(false);
    expect(almostEqual(b, a)).toBe(false);
  });
});

describe('vectors', () => {
  it('are alike in any order, unless order is asked for', () => {
    const lines = 'a 1\nb 2\n';
    expect(difference(vector('b 2', 'a 1'), expectation(lines))).toBeUndefined();
    expect(difference(vector('b 2', 'a 1'), expectation(`expect ordered\n${lines}`))).toBe(
      'expected b at place 2, got it at 1',
    );
    expect(difference(vector('a 1', 'b 2'), expectation(`expect ordered\n${lines}`))).toBe(
      undefined,
    );
  });

  it.each([
    ['a 1', [], 'expected a 1, which is missing'],
    ['', ['a 1'], 'unexpected a 1'],
    ['a 1', ['a 1', 'a 1'], 'unexpected a 1'],
    ['a{b="c"} 1', ['a{b="d"} 1'], 'unexpected a{b="d"} 1'],
    ['a 1', ['a 2'], 'a: expected 1, got 2'],
    ['a {{sum:1 count:1}}', ['a 1'], 'a: expected {{schema:0 count:1 sum:1}}, got 1'],
    ['a 1', ['a {{sum:1}}'], 'a: expected 1, got {{schema:0 count:0 sum:1}}'],
  ])('%j of %j', (lines, series, message) => {
    expect(difference(vector(...series), expectation(lines))).toBe(message);
  });
});

describe('histograms', () => {
  it.each([
    ['{{count:3 sum:1 buckets:[0 3 0]}}', '{{count:3 sum:1.0000001 offset:1 buckets:[3]}}'],
    ['{{count:3}}', '{{count:3 counter_reset_hint:gauge}}'],
    ['{{buckets:[1 0 0 2]}}', '{{buckets:[1 0 0 2]}}'],
  ])('%s is %s', (expected, got) => {
    expect(difference(vector(`a ${got}`), expectation(`a ${expected}`))).toBeUndefined();
  });

  it.each([
    ['{{count:3}}', '{{count:4}}', 'count'],
    ['{{sum:3}}', '{{sum:4}}', 'sum'],
    ['{{schema:1}}', '{{schema:2}}', 'schema'],
    ['{{z_bucket:1}}', '{{z_bucket:2}}', 'z_bucket'],
    ['{{z_bucket_w:1}}', '{{z_bucket_w:2}}', 'z_bucket_w'],
    ['{{buckets:[1 2]}}', '{{buckets:[1 3]}}', 'buckets'],
    ['{{buckets:[1 2]}}', '{{offset:1 buckets:[1 2]}}', 'buckets'],
    ['{{n_buckets:[1 2]}}', '{{n_buckets:[1]}}', 'n_buckets'],
    ['{{schema:-53 custom_values:[1]}}', '{{schema:-53 custom_values:[2]}}', 'custom_values'],
    ['{{counter_reset_hint:gauge}}', '{{counter_reset_hint:reset}}', 'counter_reset_hint'],
  ])('%s is not %s', (expected, got, field) => {
    expect(difference(vector(`a ${got}`), expectation(`a ${expected}`))).toContain(`(${field})`);
  });
});

describe('matrices', () => {
  const asked = 'range from 1m to 5m step 1m';
  const got = (...series: readonly string[]) => matrix(60_000, 60_000, ...series);

  it.each([
    ['a 1 2 3', ['a 1 2 3']],
    ['a 1 _ 3', ['a 1 _ 3']],
    ['a _ {{sum:1}} 3', ['a _ {{sum:1}} 3']],
    ['a 1 stale', ['a 1 stale']],
    ['a 1\nb 2', ['a 1', 'b 2']],
  ])('%j is %j', (lines, series) => {
    expect(difference(got(...series), expectation(lines, asked))).toBeUndefined();
  });

  it.each([
    ['a 1 2', ['a 1'], 'a: expected 2 at 120 s, got the end'],
    ['a 1', ['a 1 2'], 'a: a point too many at 120 s'],
    ['a 1 2', ['a 1 _ 2'], 'a: expected 2 at 120 s, got one at 180 s'],
    ['a 1 3', ['a 1 2'], 'a: at 120 s expected 3, got 2'],
    ['a NaN', ['a stale'], 'a: at 60 s expected NaN, got a staleness marker'],
    ['a stale', ['a NaN'], 'a: at 60 s expected stale, got NaN'],
    ['a 1\nb 2', ['b 2', 'a 1'], 'series 2 is not in order of labels'],
    ['', ['a 1'], 'unexpected series a'],
    ['a 1', [], 'expected a 1, which is missing'],
  ])('%j is not %j', (lines, series, message) => {
    expect(difference(got(...series), expectation(lines, asked))).toBe(message);
  });
});

it('tells types apart', () => {
  const scalar: Value = { type: 'scalar', time: 0, value: 1 };
  const text: Value = { type: 'string', time: 0, value: 'a' };
  expect(difference(scalar, expectation('1'))).toBeUndefined();
  expect(difference(scalar, expectation('2'))).toBe('expected scalar 2, got 1');
  expect(difference(scalar, expectation('a 1'))).toBe('expected a vector, got a scalar');
  expect(difference(text, expectation('expect string "a"'))).toBeUndefined();
  expect(difference(text, expectation('expect string "b"'))).toBe('expected b, got a');
  expect(difference(text, expectation('1'))).toBe('expected a scalar, got a string');
  expect(difference(vector(), expectation('1'))).toBe('expected a scalar, got a vector');
  expect(difference(matrix(0, 1), expectation(''))).toBe('expected a vector, got a matrix');
});

describe('notes', () => {
  const none = { warnings: [], infos: [] };
  const both = { warnings: ['w'], infos: ['i', 'j'] };

  it.each([
    ['', both],
    ['expect no_warn\nexpect no_info', none],
    ['expect warn\nexpect info', both],
    ['expect warn msg: w', both],
    ['expect info regex: i|j', both],
    ['expect info msg: i\nexpect info msg: j', both],
  ])('%j is met', (lines, notes) => {
    expect(notesDifference(notes, expectation(lines))).toBeUndefined();
  });

  it.each([
    ['expect no_warn', both, 'expected no warning, got w'],
    ['expect no_info', both, 'expected no info, got i; j'],
    ['expect warn', none, 'expected warning anything, got none'],
    ['expect warn msg: x', both, 'expected warning "x", got w'],
    ['expect info msg: i', both, 'unexpected info: j'],
  ])('%j is not met', (lines, notes, message) => {
    expect(notesDifference(notes, expectation(lines))).toBe(message);
  });
});
