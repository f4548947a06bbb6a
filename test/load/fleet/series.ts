/**
 * What simulated devices report: the recorded trace of the edge profile (counters of uneven pace,
 * byte counts in whole pages, ratios, constants), repeated with one more label beyond its 94
 * series. All bodies are encoded once; a device goes through them in a circle from a place of its
 * own, so that its counters start anew every 15 minutes as after a reboot.
 */
import { encodeBody } from '../../../protocol/messages/batch.ts';
import {
  dictionaryId,
  encodeSchema,
  type SeriesDefinition,
} from '../../../protocol/messages/schema.ts';
import { dictionary, readTrace, type Trace, traceBlock } from '../wire/trace.ts';

export const MARKER = 'fleet_marker_milliseconds';

export interface Dictionary {
  readonly payload: Uint8Array;
  readonly id: Uint8Array;
}

export interface Template {
  readonly plain: Dictionary;
  /** With the marker series behind the others. */
  readonly marked: Dictionary;
  readonly bodies: readonly Uint8Array[];
}

const TEMPLATES = 8;

export function makeTemplates(series: number, rows: number, intervalMs: number): Template[] {
  const trace = readTrace();
  return Array.from({ length: TEMPLATES }, (_, n) =>
    makeTemplate(trace, n, series, rows, intervalMs),
  );
}

function makeTemplate(
  recorded: Trace,
  n: number,
  series: number,
  rows: number,
  intervalMs: number,
): Template {
  const variant = vary(recorded, n, series);
  const definitions = dictionary(variant, 1);
  const marker: SeriesDefinition = { name: MARKER, type: 'gauge', labels: [], unit: '' };
  const length = leastCommon(recorded.times.length, rows);
  const ring = unroll(variant, length, intervalMs);
  const bodies: Uint8Array[] = [];
  for (let row = 0; row < length; row += rows) {
    const block = traceBlock(ring, row, rows);
    bodies.push(encodeBody([block], block.times[0] ?? 0, definitions));
  }
  return { plain: made(definitions), marked: made([...definitions, marker]), bodies };
}

function made(definitions: readonly SeriesDefinition[]): Dictionary {
  const payload = encodeSchema(definitions);
  return { payload, id: Buffer.from(dictionaryId(payload), 'hex') };
}

/** The trace's series over and over until there are enough; counters further on by a step. */
function vary({ times, series }: Trace, n: number, wanted: number): Trace {
  const list = Array.from({ length: wanted }, (_, i) => {
    const one = series[i % series.length] as Trace['series'][number];
    const copy = Math.floor(i / series.length);
    const labels = [...one.labels, ...(copy === 0 ? [] : [['copy', String(copy)] as const])];
    labels.sort(([a], [b]) => (a < b ? -1 : 1));
    const shift = one.type === 'counter' ? n * 100_000 : 0;
    return { ...one, labels, values: one.values.map((value) => value + shift) };
  });
  return { times, series: list };
}

/** So many rows that batches of any size come out even, at the wanted pace. */
function unroll({ series }: Trace, length: number, intervalMs: number): Trace {
  return {
    times: Array.from({ length }, (_, row) => row * intervalMs),
    series: series.map((one) => ({
      ...one,
      values: Array.from({ length }, (_, row) => one.values[row % one.values.length] ?? 0),
    })),
  };
}

function leastCommon(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y > 0) [x, y] = [y, x % y];
  return (a / x) * b;
}
