/** Written series as bytes and back, bit for bit; hostile bytes are refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LabelSet } from '../../../collector/core/label-set.ts';
import { STALE_BITS } from '../../../collector/core/stale.ts';
import type { WrittenSeries } from '../../../collector/ports/samples.ts';
import { decodeWritten, encodeWritten } from '../../../collector/work/outside-samples/codec.ts';

const instants = fc
  .uniqueArray(fc.integer({ min: -1e12, max: 4e12 }), { minLength: 1, maxLength: 20 })
  .map((times) => Float64Array.from(times).sort());

/** Any bits at all: markers are NaNs with a payload. */
const cell = fc.oneof(
  fc.double(),
  fc.integer().map((n) => n / 100),
  fc.constant(bits(STALE_BITS)),
);

const written: fc.Arbitrary<WrittenSeries> = fc
  .tuple(fc.dictionary(fc.string(), fc.string(), { maxKeys: 5 }), instants)
  .chain(([labels, times]) =>
    fc
      .array(cell, { minLength: times.length, maxLength: times.length })
      .map((cells) => ({ labels: LabelSet.fromObject(labels), times, values: doubles(cells) })),
  );

function bits(pattern: bigint): number {
  return new Float64Array(BigUint64Array.of(pattern).buffer)[0] as number;
}

function doubles(cells: readonly number[]): Float64Array {
  return Float64Array.from(cells);
}

function plain(series: readonly WrittenSeries[]) {
  return series.map(({ labels, times, values }) => ({
    labels: labels.toObject(),
    times: [...times],
    values: [...new BigUint64Array(values.buffer, values.byteOffset, values.length)],
  }));
}

describe('written series', () => {
  it('come back as they went', () => {
    fc.assert(
      fc.property(fc.array(written, { maxLength: 8 }), (series) => {
        expect(plain(decodeWritten(encodeWritten(series)) ?? [])).toEqual(plain(series));
      }),
    );
  });

  it('share instants that follow one another', () => {
    const times = Float64Array.of(1_000, 2_000);
    const one = (n: string) => ({
      labels: LabelSet.fromObject({ __name__: 'm', n }),
      times: times.slice(),
      values: Float64Array.of(1, 2),
    });
    const [first, second] = decodeWritten(encodeWritten([one('1'), one('2')])) ?? [];
    expect(second?.times).toBe(first?.times);
  });

  it('are refused when they could not be read back', () => {
    for (const times of [
      [2, 1],
      [1, 1],
      [1, 1.5],
    ]) {
      const series = {
        labels: LabelSet.fromObject({ __name__: 'm' }),
        times: Float64Array.from(times),
        values: Float64Array.of(1, 2),
      };
      expect(() => encodeWritten([series])).toThrow(RangeError);
    }
  });

  it('are refused when bytes are cut off, whatever else they are', () => {
    fc.assert(
      fc.property(fc.array(written, { minLength: 1, maxLength: 3 }), fc.nat(), (series, at) => {
        const bytes = encodeWritten(series);
        expect(decodeWritten(bytes.subarray(0, at % bytes.length))).toBeUndefined();
      }),
    );
  });

  it('never throw for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        decodeWritten(Uint8Array.of(1, ...bytes));
      }),
    );
  });
});
