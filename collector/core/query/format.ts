/** The Prometheus API's JSON, written by hand: values are texts, times are seconds. */
import type { LabelSet } from '../label-set.ts';
import type { Evaluated, HistogramValue, MatrixSeries, Value, VectorSample } from './engine.ts';
import { formatValue } from './number.ts';
import type { QueryErrorType } from './types.ts';

/** Pieces of an answer have about so many characters. */
const PIECE = 65_536;

/** Seconds with up to three decimals. */
export function formatTime(ms: number): string {
  return String(ms / 1000);
}

export function errorBody(errorType: QueryErrorType, error: string): string {
  return JSON.stringify({ status: 'error', errorType, error });
}

export interface Notes {
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
}

export function successBody(data: unknown, notes: Partial<Notes> = {}): string {
  return `{"status":"success","data":${JSON.stringify(data)}${noteFields(notes)}}`;
}

/**
 * The body of a query's answer in pieces, so that a large one never stands in memory whole.
 * `stats` is JSON already.
 */
export function* resultBody(
  { value, warnings, infos }: Pick<Evaluated, 'value' | 'warnings' | 'infos'>,
  stats?: string,
): Generator<string> {
  let piece = `{"status":"success","data":{"resultType":"${value.type}","result":`;
  for (const part of resultParts(value)) {
    piece += part;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  const told = stats === undefined ? '' : `,"stats":${stats}`;
  yield `${piece}${told}}${noteFields({ warnings, infos })}}`;
}

function* resultParts(value: Value): Generator<string> {
  if (value.type === 'scalar') {
    yield point(value.time, value.value);
  } else if (value.type === 'string') {
    yield `[${formatTime(value.time)},${JSON.stringify(value.value)}]`;
  } else if (value.type === 'vector') {
    yield* list(value.samples, vectorSample);
  } else {
    yield '[';
    let separator = '';
    for (const series of value.series) {
      yield `${separator}{"metric":${metric(series.labels)}`;
      yield* points(series);
      yield '}';
      separator = ',';
    }
    yield ']';
  }
}

function* list<T>(items: readonly T[], text: (item: T) => string): Generator<string> {
  yield '[';
  let separator = '';
  for (const item of items) {
    yield separator + text(item);
    separator = ',';
  }
  yield ']';
}

function vectorSample({ labels, time, value, histogram }: VectorSample): string {
  const sample =
    histogram === undefined
      ? `"value":${point(time, value)}`
      : `"histogram":${histogramPoint(time, histogram)}`;
  return `{"metric":${metric(labels)},${sample}}`;
}

function* points({ times, values, histograms }: MatrixSeries): Generator<string> {
  const among: string[] = [];
  let separator = ',"values":[';
  let text = '';
  for (let i = 0; i < times.length; i++) {
    const histogram = histograms?.[i];
    const time = times[i] as number;
    if (histogram !== undefined) among.push(histogramPoint(time, histogram));
    else {
      text += separator + point(time, values[i] as number);
      separator = ',';
    }
  }
  if (text !== '') yield `${text}]`;
  if (among.length > 0) yield `,"histograms":[${among.join(',')}]`;
}

function metric(labels: LabelSet): string {
  const { pairs } = labels;
  let text = '{';
  for (let i = 0; i < pairs.length; i += 2) {
    text += `${i === 0 ? '' : ','}${JSON.stringify(pairs[i])}:${JSON.stringify(pairs[i + 1])}`;
  }
  return `${text}}`;
}

function point(time: number, value: number): string {
  return `[${formatTime(time)},"${formatValue(value)}"]`;
}

function histogramPoint(time: number, histogram: HistogramValue): string {
  const { count, sum } = histogram;
  const buckets = Array.from(
    histogram.buckets(),
    ({ rule, lower, upper, count: inside }) =>
      `[${rule},"${formatValue(lower)}","${formatValue(upper)}","${formatValue(inside)}"]`,
  );
  const listed = buckets.length === 0 ? '' : `,"buckets":[${buckets.join(',')}]`;
  return `[${formatTime(time)},{"count":"${formatValue(count)}","sum":"${formatValue(sum)}"${listed}}]`;
}

function noteFields({ warnings = [], infos = [] }: Partial<Notes>): string {
  const warned = warnings.length > 0 ? `,"warnings":${JSON.stringify(warnings)}` : '';
  return warned + (infos.length > 0 ? `,"infos":${JSON.stringify(infos)}` : '');
}
