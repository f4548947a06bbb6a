/** Results as texts for people, in the notation of the tests where it has one. */
import type { LabelSet } from '../../collector/core/label-set.ts';
import { METRIC_NAME } from '../../collector/core/label-set.ts';
import type { HistogramValue, MatrixSeries, Value } from '../../collector/core/query/engine.ts';
import { formatValue } from '../../collector/core/query/number.ts';
import type { Buckets } from '../../collector/promql/histogram/buckets.ts';
import { FloatHistogram } from '../../collector/promql/histogram/float-histogram.ts';
import type { NotationValue } from '../../collector/promql/notation/values.ts';
import { labelName, quote } from '../../collector/promql/quote.ts';
import type { ExpectedResult } from './script.ts';

const MOST_SHOWN = 12;

export function showLabels(labels: LabelSet): string {
  const name = labels.get(METRIC_NAME);
  const rest = [...labels.withoutName().entries()].map(
    ([label, value]) => `${labelName(label)}=${quote(value)}`,
  );
  return rest.length === 0 && name !== '' ? name : `${name}{${rest.join(', ')}}`;
}

export function showExpected(result: ExpectedResult): string {
  if (result.type === 'scalar') return `scalar ${formatValue(result.value)}`;
  if (result.type === 'string') return `string ${quote(result.value)}`;
  return listed(
    result.series.map(({ labels, values }) => `${showLabels(labels)} ${showItems(values)}`),
  );
}

export function showValue(value: Value): string {
  switch (value.type) {
    case 'scalar':
      return `scalar ${formatValue(value.value)}`;
    case 'string':
      return `string ${quote(value.value)}`;
    case 'vector':
      return listed(
        value.samples.map(
          (one) => `${showLabels(one.labels)} ${showPoint(one.value, one.histogram)}`,
        ),
      );
    case 'matrix':
      return listed(value.series.map(showSeries));
  }
}

function showSeries({ labels, times, values, histograms }: MatrixSeries): string {
  const points = [...values].map((value, i) => {
    const time = formatValue((times[i] ?? 0) / 1000);
    return `${showPoint(value, histograms?.[i])}@${time}`;
  });
  return `${showLabels(labels)} ${cut(points).join(' ')}`;
}

function showItems(values: readonly NotationValue[]): string {
  return cut(values.map(showItem)).join(' ');
}

export function showItem(value: NotationValue): string {
  if (value === undefined) return '_';
  if (typeof value === 'object') return showHistogram(value.histogram);
  return typeof value === 'string' ? value : formatValue(value);
}

export function showPoint(value: number, histogram: HistogramValue | undefined): string {
  return histogram === undefined ? formatValue(value) : showHistogram(histogram);
}

function showHistogram(histogram: HistogramValue): string {
  if (!(histogram instanceof FloatHistogram)) return histogram.toString();
  const h = histogram.compact();
  const fields = [
    `schema:${h.schema} count:${formatValue(h.count)} sum:${formatValue(h.sum)}`,
    h.usesCustomBuckets ? `custom_values:[${h.customBounds.join(' ')}]` : '',
    h.zeroCount === 0 && h.zeroThreshold === 0
      ? ''
      : `z_bucket:${formatValue(h.zeroCount)} z_bucket_w:${formatValue(h.zeroThreshold)}`,
    showBuckets(h.positive, ''),
    showBuckets(h.negative, 'n_'),
    h.counterReset === 'unknown' ? '' : `counter_reset_hint:${h.counterReset.replace('-', '_')}`,
  ];
  return `{{${fields.filter((field) => field !== '').join(' ')}}}`;
}

function showBuckets({ indexes, counts }: Buckets, prefix: string): string {
  const first = indexes[0];
  const last = indexes.at(-1);
  if (first === undefined || last === undefined) return '';
  const dense: string[] = [];
  indexes.forEach((index, i) => {
    while (dense.length < index - first) dense.push('0');
    dense.push(formatValue(counts[i] ?? 0));
  });
  return `${prefix}offset:${first} ${prefix}buckets:[${dense.join(' ')}]`;
}

function listed(lines: readonly string[]): string {
  return lines.length === 0 ? 'nothing' : cut(lines).join('; ');
}

function cut(list: readonly string[]): readonly string[] {
  if (list.length <= MOST_SHOWN) return list;
  return [...list.slice(0, MOST_SHOWN), `… ${list.length - MOST_SHOWN} more`];
}
