/** The same rows as others would send them, for comparison of sizes. */
import { encodeCbor } from '../../../protocol/cbor/encode.ts';
import type { CborValue } from '../../../protocol/cbor/values.ts';
import type { Trace } from './trace.ts';

function selector(series: Trace['series'][number]): string {
  const labels = series.labels.map(([name, value]) => `${name}="${value}"`);
  return labels.length === 0 ? series.name : `${series.name}{${labels.join(',')}}`;
}

/** One JSON object a row: a time, and each series by name. */
export function jsonBytes(trace: Trace, from: number, rows: number): number {
  const list = [];
  for (let row = from; row < from + rows; row++) {
    const entries = trace.series.map((one) => [selector(one), one.values[row]] as const);
    list.push(Object.fromEntries([['time', trace.times[row]], ...entries]));
  }
  return Buffer.byteLength(JSON.stringify(list));
}

/** The same objects as CBOR maps with text keys. */
export function cborMapBytes(trace: Trace, from: number, rows: number): number {
  const list: CborValue[] = [];
  for (let row = from; row < from + rows; row++) {
    const map = new Map<string, CborValue>([['time', trace.times[row] ?? 0]]);
    for (const one of trace.series) map.set(selector(one), one.values[row] ?? 0);
    list.push(map);
  }
  return encodeCbor(list).length;
}

/** Influx line protocol as Telegraf groups it: one line a set of tags, a field a metric. */
export function lineProtocolBytes(trace: Trace, from: number, rows: number): number {
  let bytes = 0;
  for (let row = from; row < from + rows; row++) {
    const lines = new Map<string, string[]>();
    for (const one of trace.series) {
      const [, subsystem = '', ...rest] = one.name.split('_');
      const head = [subsystem, ...one.labels.map(([name, value]) => `${name}=${value}`)].join(',');
      const fields = lines.get(head) ?? [];
      fields.push(`${rest.join('_') || 'value'}=${one.values[row]}`);
      lines.set(head, fields);
    }
    for (const [head, fields] of lines) {
      bytes += `${head} ${fields.join(',')} ${(trace.times[row] ?? 0) * 1e6}\n`.length;
    }
  }
  return bytes;
}
