/** Batches of a recorded trace for the buffer, as an agent of so many series would write them. */
import type { NewRecord } from '../../../agent/ports.ts';
import { encodeBatch, encodeBody } from '../../../protocol/messages/batch.ts';
import {
  dictionaryId,
  encodeSchema,
  type SeriesDefinition,
} from '../../../protocol/messages/schema.ts';
import { dictionary, readTrace, type Trace, traceBlock } from '../wire/trace.ts';

export interface Feed {
  /** The dictionary that all batches name. */
  readonly id: string;
  readonly schema: Uint8Array;
  readonly series: readonly SeriesDefinition[];
  /** The n-th batch; payload bytes are added to `payloadBytes`. */
  record(n: number, sent: boolean): NewRecord;
  payloadBytes: number;
}

/** `rows` samples of `count` series a batch, one row every ten seconds from `begin` on. */
export function openFeed(count: number, rows: number, begin = 1_700_000_000_000): Feed {
  const whole = readTrace();
  const trace: Trace = { times: whole.times, series: whole.series.slice(0, count) };
  const series = dictionary(trace, 1);
  const schema = encodeSchema(series);
  const id = dictionaryId(schema);
  const bodies = makeBodies(trace, rows, series);
  const feed: Feed = {
    id,
    schema,
    series,
    payloadBytes: 0,
    record: (n, sent) => {
      const body = bodies[n % bodies.length] as Uint8Array;
      const from = begin + n * rows * 10_000;
      return {
        kind: 'm',
        from,
        to: from + (rows - 1) * 10_000,
        samples: rows * series.length,
        clockUnset: false,
        sent,
        encode: ({ epoch, number, low }) => {
          const boot = 'aabbccddeeff0011';
          const header = {
            epoch,
            number,
            low,
            boot,
            wall: from,
            mono: n * 60_000,
            clock: 1 as const,
          };
          const payload = encodeBatch({ header, schema: id, body });
          feed.payloadBytes += payload.length;
          return payload;
        },
      };
    },
  };
  return feed;
}

function makeBodies(trace: Trace, rows: number, series: readonly SeriesDefinition[]): Uint8Array[] {
  const starts = Math.max(1, trace.times.length - rows);
  return Array.from({ length: starts }, (_, from) => {
    const block = traceBlock(trace, from, rows);
    return Uint8Array.from(encodeBody([block], block.times[0] ?? 0, series));
  });
}
