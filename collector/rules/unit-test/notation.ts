/** The texts inside a test file that have a language of their own. */
import { LabelSet } from '../../core/label-set.ts';
import type { FloatHistogram } from '../../promql/histogram/float-histogram.ts';
import { parseSeries, parseValues } from '../../promql/notation/series.ts';
import { parseMetric } from '../../promql/parse/metric.ts';
import { messageOf } from '../evaluation/errors.ts';
import type { InputSeries } from './model.ts';

export type ReadInput =
  | { readonly ok: true; readonly series: InputSeries }
  | { readonly ok: false; readonly problem: string };

export function parseInput(series: string, values: string): ReadInput {
  try {
    return { ok: true, series: parseSeries(`${series.trim()} ${values}`) };
  } catch (error) {
    return { ok: false, problem: `${JSON.stringify(series)}: ${messageOf(error)}` };
  }
}

/** The labels, or why they cannot be read. */
export function parseLabels(text: string): LabelSet | string {
  if (text.trim() === '') return LabelSet.EMPTY;
  try {
    return parseMetric(text);
  } catch (error) {
    return messageOf(error);
  }
}

export function parseExpectedHistogram(text: string): FloatHistogram | string {
  try {
    const values = parseValues(text);
    const [first] = values;
    if (values.length !== 1) return `expected 1 value, got ${values.length}`;
    if (typeof first !== 'object') return `expected histogram, got ${first ?? 'none'}`;
    return first.histogram;
  } catch (error) {
    return messageOf(error);
  }
}
