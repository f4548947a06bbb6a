/** Instants that are known decode as others do, and to the same array. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KnownTimes } from '../../../collector/core/store/known-times.ts';
import { encodeTimes } from '../../../collector/core/store/times.ts';
import { ByteReader } from '../../../protocol/bytes/reader.ts';
import { ByteWriter } from '../../../protocol/bytes/writer.ts';

const BASE = Date.UTC(2026, 10, 21);

function encode(times: readonly number[], base = BASE): Uint8Array {
  const out = new ByteWriter();
  encodeTimes(out, Float64Array.from(times), 0, times.length, base);
  // What follows in a chunk.
  out.raw(Uint8Array.of(1, 2, 3));
  return out.take().slice();
}

const runs = fc
  .tuple(
    fc.integer({ min: 0, max: 20 }),
    fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 6 }),
  )
  .map(([first, steps]) => {
    const times = [BASE + first];
    for (const step of steps) times.push((times.at(-1) as number) + step);
    return times;
  });

describe('known instants', () => {
  it('decode to what was encoded, one after the other, and leave the reader behind them', () => {
    fc.assert(
      fc.property(fc.array(runs, { minLength: 1, maxLength: 30 }), (all) => {
        const known = new KnownTimes();
        for (const times of all) {
          const input = new ByteReader(encode(times));
          expect(Array.from(known.decode(input, times.length, BASE) ?? [])).toEqual(times);
          expect(input.remaining).toBe(3);
        }
      }),
    );
  });

  it('are one array when they are the same', () => {
    const known = new KnownTimes();
    const bytes = encode([BASE, BASE + 10, BASE + 20]);
    const first = known.decode(new ByteReader(bytes), 3, BASE);
    expect(known.decode(new ByteReader(bytes), 3, BASE)).toBe(first);
    expect(known.decode(new ByteReader(bytes), 3, BASE + 5)).not.toBe(first);
  });

  it('that are cut off are none', () => {
    const known = new KnownTimes();
    const bytes = encode([BASE, BASE + 10, BASE + 30, BASE + 35]);
    known.decode(new ByteReader(bytes), 4, BASE);
    expect(known.decode(new ByteReader(bytes.subarray(0, 1)), 4, BASE)).toBeUndefined();
  });
});
