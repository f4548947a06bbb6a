/** What the store writes comes back bit for bit, and damage is noticed, not decoded. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dayName,
  dayOf,
  monthEnd,
  monthName,
  parseDay,
} from '../../../collector/core/store/calendar.ts';
import { bitsOf } from '../../../collector/core/store/cells.ts';
import {
  beginChunk,
  decodeChunk,
  parseChunk,
  sealRecord,
} from '../../../collector/core/store/chunk.ts';
import { crc32c } from '../../../collector/core/store/crc32c.ts';
import { encodeMerged } from '../../../collector/core/store/encode-merged.ts';
import { decodeGroup, encodeGroup } from '../../../collector/core/store/group-record.ts';
import { chunkKey, parseChunkKey, prefixRange } from '../../../collector/core/store/keys.ts';
import { rollUp } from '../../../collector/core/store/rollup.ts';
import {
  decodeRollup,
  encodeRollup,
  rollupKey,
} from '../../../collector/core/store/rollup-record.ts';
import { decodeTimes, encodeTimes } from '../../../collector/core/store/times.ts';
import { ByteReader } from '../../../protocol/bytes/reader.ts';
import { ByteWriter } from '../../../protocol/bytes/writer.ts';

const doubles = fc.oneof(
  fc.array(fc.double(), { minLength: 1, maxLength: 300 }),
  fc.array(
    fc.integer({ min: -1000, max: 1000 }).map((n) => n / 100),
    { minLength: 1, maxLength: 300 },
  ),
  fc.array(fc.constantFrom(1, 2, 4096, 8192), { minLength: 1, maxLength: 300 }),
);
const steps = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 0, maxLength: 200 });

function instants(first: number, gaps: readonly number[]): Float64Array {
  let time = first;
  return Float64Array.from([first, ...gaps.map((gap) => (time += gap))]);
}

describe('store codecs', () => {
  it('instants come back', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), steps, (first, gaps) => {
        const times = instants(first, gaps);
        const out = new ByteWriter();
        encodeTimes(out, times, 0, times.length, 1000);
        expect(decodeTimes(new ByteReader(out.take()), times.length, 1000)).toEqual(times);
      }),
    );
  });

  it('a regular beat costs a few bytes', () => {
    const out = new ByteWriter();
    encodeTimes(out, instants(5000, Array<number>(719).fill(10_000)), 0, 720, 0);
    expect(out.length).toBeLessThan(10);
  });

  it('merged values come back bit for bit, and a flipped bit is noticed', () => {
    fc.assert(
      fc.property(doubles, fc.nat(), (list, flip) => {
        const values = Float64Array.from(list);
        if (list.length > 3) bitsOf(values).set([2, 0x7ff00000], 2);
        const times = instants(0, Array<number>(list.length - 1).fill(1));
        const { form, body } = encodeMerged(values);
        const key = chunkKey(3, 5, 7, 9);
        const out = new ByteWriter();
        const inline = new ByteWriter();
        encodeTimes(inline, times, 0, times.length, 0);
        beginChunk(out, times.length, inline.take(), form);
        out.raw(body);
        const record = sealRecord(out, key);
        const chunk = parseChunk(key, record, 9, 0);
        if (typeof chunk === 'string' || typeof chunk.times === 'number')
          throw new Error('not parsed');
        const samples = decodeChunk(chunk, chunk.times);
        if (typeof samples === 'string') throw new Error(samples);
        expect(bitsOf(samples.values)).toEqual(bitsOf(values));
        expect(samples.times).toEqual(times);
        const at = flip % record.length;
        record[at] = (record[at] as number) ^ (1 << (flip % 8));
        expect(parseChunk(key, record, 9, 0)).toBe('crc');
        expect(parseChunk(chunkKey(3, 5, 8, 9), sealRecord(out, key), 9, 0)).toBe('crc');
      }),
    );
  });

  it('keys sort as their numbers, and a prefix holds its own only', () => {
    const number = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(number, number, number), { minLength: 2, maxLength: 9 }),
        (places) => {
          const sorted = [...places].sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
          const keys = places.map(([metric, series, order]) =>
            Buffer.from(chunkKey(11, metric, series, order)),
          );
          keys.sort(Buffer.compare);
          expect(keys.map(parseChunkKey)).toEqual(
            sorted.map(([metric, series, order]) => ({ window: 11, metric, series, order })),
          );
        },
      ),
    );
    const { lt } = prefixRange(Uint8Array.of(0x20, 0xff, 0xff));
    expect(lt).toEqual(Uint8Array.of(0x21));
  });

  it('groups come back, refused ids too', () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(fc.nat({ max: 2 ** 31 })), (seq, ids) => {
        expect(decodeGroup(encodeGroup({ seq, ids: Uint32Array.from(ids) }))).toEqual({
          seq,
          ids: Uint32Array.from(ids),
        });
      }),
    );
  });

  it('rollups come back', () => {
    fc.assert(
      fc.property(doubles, (list) => {
        const times = instants(86_400_000, Array<number>(list.length - 1).fill(61_000));
        const rollup = rollUp(
          { times, values: Float64Array.from(list) },
          60_000,
          86_400_000,
          2 * 86_400_000,
        );
        const key = rollupKey(1, 2, 1);
        expect(decodeRollup(key, encodeRollup(key, rollup, 1), 1)).toEqual(rollup);
      }),
    );
  });

  it('knows days and months', () => {
    expect(parseDay('2025-11-21')).toBe(dayOf(Date.UTC(2025, 10, 21, 23)));
    expect(parseDay('2025-02-30')).toBeUndefined();
    expect(parseDay('2025-11-21.damaged-1')).toBeUndefined();
    expect(dayName(0)).toBe('1970-01-01');
    expect(monthName(Date.UTC(2025, 11, 31))).toBe('2025-12');
    expect(monthEnd('2025-12')).toBe(Date.UTC(2026, 0, 1));
  });

  it('computes CRC-32C as others do', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  });
});
