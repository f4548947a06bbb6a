/** What a caller may not ask of the encoders is told at once, and limits hold in bytes. */
import { describe, expect, it } from 'vitest';
import { encodeCbor } from '../../../protocol/cbor/encode.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import { decodeAck, encodeAck } from '../../../protocol/messages/ack.ts';
import { type Block, decodeBody, encodeBody } from '../../../protocol/messages/batch.ts';
import {
  decodeSchema,
  encodeSchema,
  type SeriesDefinition,
} from '../../../protocol/messages/schema.ts';

const none = new Map<number, Uint8Array>();
const block = (times: number[], columns: number): Block => ({
  times: Float64Array.from(times),
  firstAlias: 0,
  columns,
  values: new Float64Array(times.length * columns),
  presence: none,
});
const series = (count: number, label = ''): SeriesDefinition[] =>
  Array.from({ length: count }, (_, i) => ({
    name: `m_${i}`,
    labels: [['l', label]],
    type: 'gauge',
    unit: '',
  }));

describe('encoders', () => {
  it('refuse times that are no whole milliseconds, and ids that are none', () => {
    expect(() => encodeBody([block([0.5], 1)], 0, [])).toThrow(RangeError);
    expect(() => encodeBody([block([Number.NaN], 1)], 0, [])).toThrow(RangeError);
    const ack = { epoch: 'xyz', ranges: [], needSchemas: [], needKinds: [], now: 0 };
    expect(() => encodeAck(ack)).toThrow(RangeError);
    expect(() => encodeAck({ ...ack, epoch: 'AA' })).toThrow(RangeError);
  });

  it('refuse a bitmap that is too short, and cut off bits behind the last row', () => {
    const holes = (bitmap: number[]): Block => ({
      ...block([0, 1], 1),
      presence: new Map([[0, Uint8Array.from(bitmap)]]),
    });
    expect(() => encodeBody([holes([])], 0, [])).toThrow(RangeError);
    expect(encodeBody([holes([0xfe, 0xff])], 0, [])).toEqual(encodeBody([holes([0x02])], 0, []));
  });

  it('write the same bytes for the same value, whatever was written before', () => {
    const small = encodeCbor([1, 'a']);
    encodeCbor('x'.repeat(200_000));
    expect(encodeCbor([1, 'a'])).toEqual(small);
    expect(small).toEqual(Uint8Array.of(0x82, 0x01, 0x61, 0x61));
  });
});

describe('limits', () => {
  it('let every ack be read: what is too much waits for the next one', () => {
    const ranges = Array.from({ length: 300 }, (_, i) => ({ first: 2 * i + 1, last: 2 * i + 1 }));
    const needSchemas = Array.from({ length: 70 }, (_, i) => i.toString(16).padStart(16, '0'));
    const epoch = '0102030405060708';
    const ack = decodeAck(encodeAck({ epoch, ranges, needSchemas, needKinds: ['state'], now: 0 }));
    expect(ack).toEqual({
      ok: true,
      value: {
        epoch,
        ranges: ranges.slice(0, 256),
        needSchemas: needSchemas.slice(0, 63),
        needKinds: ['state'],
        now: 0,
      },
    });
  });

  it('on cells and blocks hold for the whole batch', () => {
    const rows = Array.from({ length: 1024 }, (_, i) => i);
    const half = block(rows, LIMITS.cells / rows.length / 2);
    const known = series(LIMITS.cells / 2048);
    expect(decodeBody(encodeBody([half, half], 0, known), 0, known).ok).toBe(true);
    const over = decodeBody(encodeBody([half, half, block([0], 1)], 0, known), 0, known);
    expect(!over.ok && over.error.code).toBe('too-many-cells');
    const blocks = (count: number) => new Array<Block>(count).fill(block([0], 1));
    expect(decodeBody(encodeBody(blocks(LIMITS.blocks), 0, known), 0, known).ok).toBe(true);
    expect(decodeBody(encodeBody(blocks(LIMITS.blocks + 1), 0, known), 0, known).ok).toBe(false);
  });

  it('on texts count bytes, not characters', () => {
    const long = (text: string) => decodeSchema(encodeSchema(series(1, text))).ok;
    expect(long('x'.repeat(LIMITS.textBytes))).toBe(true);
    expect(long('x'.repeat(LIMITS.textBytes + 1))).toBe(false);
    expect(long('ä'.repeat(LIMITS.textBytes / 2))).toBe(true);
    expect(long('ä'.repeat(LIMITS.textBytes / 2 + 1))).toBe(false);
  });

  it('let a large dictionary of plain series through, and no more series than they say', () => {
    const cpus = (count: number): SeriesDefinition[] =>
      Array.from({ length: count }, (_, i) => ({
        name: 'node_cpu_seconds_total',
        labels: [
          ['cpu', String(i >> 3)],
          [
            'mode',
            ['idle', 'iowait', 'irq', 'nice', 'softirq', 'steal', 'system', 'user'][i & 7] ?? '',
          ],
        ],
        type: 'counter',
        unit: 'seconds',
        reference: { mantissa: i, scale: 2 },
      }));
    const full = decodeSchema(encodeSchema(cpus(LIMITS.items / 8 - 2)));
    expect(full.ok && full.value.series.length).toBe(LIMITS.items / 8 - 2);
    expect(full.ok && full.value.series.slice(0, 50)).toEqual(cpus(50));
    expect(decodeSchema(encodeSchema(series(LIMITS.series + 1))).ok).toBe(false);
  });

  it('on the size of a payload come first', () => {
    const error = decodeAck(new Uint8Array(LIMITS.payloadBytes + 1));
    expect(!error.ok && error.error.code).toBe('too-large');
  });
});
