/**
 * A recorded trace: the series of node_exporter's edge set, read from a machine's /proc every ten
 * seconds while it compiled and ran tests, so with more movement than most devices show.
 */
import { readFileSync } from 'node:fs';
import { commonScale } from '../../../protocol/columns/scale.ts';
import type { Block } from '../../../protocol/messages/batch.ts';
import type { MetricType, SeriesDefinition } from '../../../protocol/messages/schema.ts';

interface TraceSeries {
  readonly name: string;
  readonly type: MetricType;
  readonly labels: readonly (readonly [string, string])[];
  readonly values: readonly number[];
}

export interface Trace {
  readonly times: readonly number[];
  readonly series: readonly TraceSeries[];
}

export function readTrace(): Trace {
  const file = new URL('../traces/edge-10s.json', import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Trace;
}

/**
 * The dictionary that an agent would have made `ageDays` before the trace begins: its reference
 * values lie behind by what each series moves in that time, at the trace's own pace.
 */
export function dictionary(trace: Trace, ageDays: number): SeriesDefinition[] {
  const span = ((trace.times.at(-1) ?? 0) - (trace.times[0] ?? 0)) / 86_400_000;
  const scratch = new Float64Array(trace.times.length);
  return trace.series.map(({ name, type, labels, values }) => {
    const first = values[0] ?? 0;
    const moved = type === 'counter' ? (((values.at(-1) ?? 0) - first) / span) * ageDays : 0;
    // In the same steps as the series itself.
    const all = commonScale(Float64Array.from(values), values.length, scratch) ?? 0;
    const steps = all < 10 ? 10 ** all : 1;
    const then = Math.round((first - moved) * steps) / steps;
    const mantissa = new Float64Array(1);
    const scale = commonScale(Float64Array.of(then), 1, mantissa);
    if (scale === undefined) return { name, type, labels, unit: '' };
    const reference = { mantissa: mantissa[0] ?? 0, scale };
    return { name, type, labels, unit: '', reference };
  });
}

/** `rows` instants of the trace from row `from` on. */
export function traceBlock(trace: Trace, from: number, rows: number): Block {
  const columns = trace.series.length;
  const values = new Float64Array(rows * columns);
  trace.series.forEach((series, column) => {
    for (let row = 0; row < rows; row++)
      values[column * rows + row] = series.values[from + row] ?? 0;
  });
  const times = Float64Array.from(trace.times.slice(from, from + rows));
  return { times, firstAlias: 0, columns, values, presence: new Map<number, Uint8Array>() };
}
