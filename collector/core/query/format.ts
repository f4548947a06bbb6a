/** The Prometheus API's JSON, written by hand: values are texts, times are seconds. */
import { sortedPairs } from './labels.ts';
import { formatValue } from './number.ts';
import type { LabelMap, QueryErrorType, QueryResult, QueryValue, SeriesSlice } from './types.ts';

/** Seconds with up to three decimals. */
export function formatTime(ms: number): string {
  return String(ms / 1000);
}

export function labelsObject(labels: LabelMap): Record<string, string> {
  return Object.fromEntries(sortedPairs(labels));
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

/** The body of a query's answer in pieces, so that a large one never stands in memory whole. */
export function* resultBody({ value, warnings, infos }: QueryResult): Generator<string> {
  yield `{"status":"success","data":{"resultType":"${value.type}","result":`;
  yield* resultPieces(value);
  yield `}${noteFields({ warnings, infos })}}`;
}

function* resultPieces(value: QueryValue): Generator<string> {
  if (value.type === 'scalar') {
    yield point(value.time, value.value);
    return;
  }
  if (value.type === 'string') {
    yield `[${formatTime(value.time)},${JSON.stringify(value.value)}]`;
    return;
  }
  let separator = '[';
  if (value.type === 'vector') {
    for (const { labels, time, value: number } of value.series) {
      yield `${separator}{"metric":${metric(labels)},"value":${point(time, number)}}`;
      separator = ',';
    }
  } else {
    for (const series of value.series) {
      yield `${separator}{"metric":${metric(series.labels)},"values":[${points(series)}]}`;
      separator = ',';
    }
  }
  yield separator === '[' ? '[]' : ']';
}

function metric(labels: LabelMap): string {
  return JSON.stringify(labelsObject(labels));
}

function points({ times, values }: SeriesSlice): string {
  const parts = new Array<string>(times.length);
  for (let i = 0; i < times.length; i++) parts[i] = point(times[i] as number, values[i] as number);
  return parts.join(',');
}

function point(time: number, value: number): string {
  return `[${formatTime(time)},"${formatValue(value)}"]`;
}

function noteFields({ warnings = [], infos = [] }: Partial<Notes>): string {
  const warned = warnings.length > 0 ? `,"warnings":${JSON.stringify(warnings)}` : '';
  return warned + (infos.length > 0 ? `,"infos":${JSON.stringify(infos)}` : '');
}
