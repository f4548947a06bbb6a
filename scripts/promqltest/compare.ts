/** Holds a result against what a test expects; gives the first difference as a sentence. */
import { LabelSet } from '../../collector/core/label-set.ts';
import type { MatrixSeries, Value, VectorSample } from '../../collector/core/query/engine.ts';
import { formatValue } from '../../collector/core/query/number.ts';
import type { NotationValue } from '../../collector/promql/notation/values.ts';
import { almostEqual, isStaleAt } from './almost.ts';
import { histogramDifference } from './compare-histogram.ts';
import type { Expectation, ExpectedResult, ExpectedSeries } from './script.ts';
import { showItem, showLabels, showPoint } from './show.ts';

type Series = readonly ExpectedSeries[];
type Difference = string | undefined;

export function difference(value: Value, { result, ordered }: Expectation): Difference {
  switch (value.type) {
    case 'scalar':
      return scalarDifference(value.value, result);
    case 'string':
      return stringDifference(value.value, result);
    case 'vector':
      if (result.type !== 'vector') return wrongType('vector', result);
      return vectorDifference(value.samples, result.series, ordered);
    case 'matrix':
      if (result.type !== 'matrix') return wrongType('matrix', result);
      if (ordered) return 'expected ordered samples, got a matrix';
      return matrixDifference(value.series, result);
  }
}

const wrongType = (got: string, { type }: ExpectedResult) => `expected a ${type}, got a ${got}`;

function scalarDifference(value: number, result: ExpectedResult): Difference {
  if (result.type !== 'scalar') return wrongType('scalar', result);
  if (almostEqual(value, result.value)) return undefined;
  return `expected scalar ${formatValue(result.value)}, got ${formatValue(value)}`;
}

function stringDifference(value: string, result: ExpectedResult): Difference {
  if (result.type !== 'string') return wrongType('string', result);
  return value === result.value ? undefined : `expected ${result.value}, got ${value}`;
}

function vectorDifference(
  samples: readonly VectorSample[],
  expected: Series,
  ordered: boolean,
): Difference {
  const open = new Map(
    expected.map((series, position) => [series.labels.key, { series, position }]),
  );
  for (const [position, sample] of samples.entries()) {
    const name = showLabels(sample.labels);
    const found = open.get(sample.labels.key);
    if (found === undefined) {
      return `unexpected ${name} ${showPoint(sample.value, sample.histogram)}`;
    }
    open.delete(sample.labels.key);
    if (ordered && found.position !== position) {
      return `expected ${name} at place ${found.position + 1}, got it at ${position + 1}`;
    }
    const wrong = pointDifference(found.series.values[0], sample.value, sample.histogram);
    if (wrong !== undefined) return `${name}: ${wrong}`;
  }
  return missing(open.values());
}

function missing(open: Iterable<{ readonly series: ExpectedSeries }>): Difference {
  for (const { series } of open) {
    return `expected ${showLabels(series.labels)} ${series.values.map(showItem).join(' ')}, which is missing`;
  }
  return undefined;
}

/** `value` is not looked at when there is a histogram. */
function pointDifference(
  expected: NotationValue,
  value: number,
  histogram: VectorSample['histogram'],
): Difference {
  const shown = `expected ${showItem(expected)}, got ${showPoint(value, histogram)}`;
  if (typeof expected === 'object' && histogram !== undefined) {
    const field = histogramDifference(expected, histogram);
    return field === undefined ? undefined : `${shown} (${field})`;
  }
  if (typeof expected !== 'number' || histogram !== undefined) return shown;
  return almostEqual(expected, value) ? undefined : shown;
}

function matrixDifference(
  got: readonly MatrixSeries[],
  { steps, series }: Extract<ExpectedResult, { type: 'matrix' }>,
): Difference {
  const unsorted = got.findIndex(
    ({ labels }, i) => i > 0 && LabelSet.compare((got[i - 1] as MatrixSeries).labels, labels) > 0,
  );
  if (unsorted > 0) return `series ${unsorted + 1} is not in order of labels`;
  const open = new Map(series.map((one) => [one.labels.key, { series: one }]));
  for (const one of got) {
    const found = open.get(one.labels.key);
    if (found === undefined) return `unexpected series ${showLabels(one.labels)}`;
    open.delete(one.labels.key);
    const wrong = seriesDifference(one, found.series.values, steps.start, steps.step);
    if (wrong !== undefined) return `${showLabels(one.labels)}: ${wrong}`;
  }
  return missing(open.values());
}

function seriesDifference(
  got: MatrixSeries,
  expected: readonly NotationValue[],
  start: number,
  step: number,
): Difference {
  let at = 0;
  for (const [index, value] of expected.entries()) {
    if (value === undefined) continue;
    const time = start + index * step;
    const seconds = formatValue(time / 1000);
    if (got.times[at] !== time) {
      const next = got.times[at];
      const place = next === undefined ? 'the end' : `one at ${formatValue(next / 1000)} s`;
      return `expected ${showItem(value)} at ${seconds} s, got ${place}`;
    }
    const wrong =
      isStaleAt(got.values, at) && got.histograms?.[at] === undefined
        ? staleDifference(value)
        : pointDifference(value, got.values[at] as number, got.histograms?.[at]);
    if (wrong !== undefined) return `at ${seconds} s ${wrong}`;
    at++;
  }
  const extra = got.times[at];
  return extra === undefined ? undefined : `a point too many at ${formatValue(extra / 1000)} s`;
}

const staleDifference = (expected: NotationValue): Difference =>
  expected === 'stale' ? undefined : `expected ${showItem(expected)}, got a staleness marker`;
