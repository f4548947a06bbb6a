/** Copy-deltas: whatever is encoded comes back, and nothing hostile gets out of the two files. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeltaDecoder } from '../../../protocol/delta/decode.ts';
import { deltaPieces, encodeDelta } from '../../../protocol/delta/encode.ts';
import { longestDelta } from '../../../protocol/delta/format.ts';
import { rounds } from '../../support/rounds.ts';

function apply(old: Uint8Array, delta: Uint8Array, fresh: number, piece = delta.length || 1) {
  const decoder = new DeltaDecoder({ old: old.length, fresh });
  const parts: Uint8Array[] = [];
  for (let at = 0; at < delta.length; at += piece) {
    for (const one of decoder.push(delta.subarray(at, at + piece))) {
      parts.push(one.kind === 'copy' ? old.subarray(one.from, one.from + one.length) : one.bytes);
    }
  }
  return { decoder, bytes: Buffer.concat(parts) };
}

const bytes = fc.uint8Array({ maxLength: 600 });
/** A new file made of pieces of the old one, in any order, and of others. */
const pair = fc
  .tuple(bytes, fc.array(fc.oneof(bytes, fc.tuple(fc.nat(600), fc.nat(600))), { maxLength: 12 }))
  .map(([old, pieces]) => ({
    old,
    fresh: new Uint8Array(
      Buffer.concat(
        pieces.map((one) =>
          one instanceof Uint8Array ? one : old.subarray(one[0], one[0] + one[1]),
        ),
      ),
    ),
  }));

describe('copy-delta', () => {
  it('comes back, however it is cut into pieces', () => {
    fc.assert(
      fc.property(pair, fc.integer({ min: 1, max: 40 }), ({ old, fresh }, piece) => {
        const { decoder, bytes: made } = apply(old, encodeDelta(old, fresh), fresh.length, piece);
        expect(decoder.wrong).toBeUndefined();
        expect(decoder.isWhole).toBe(true);
        expect(Buffer.compare(made, fresh)).toBe(0);
      }),
    );
  });

  it('is never longer than devices let it be', () => {
    fc.assert(
      fc.property(pair, ({ old, fresh }) => {
        expect(encodeDelta(old, fresh).length).toBeLessThanOrEqual(longestDelta(fresh.length));
      }),
    );
  });

  it('comes in pieces that say how far it is', () => {
    const fresh = Buffer.alloc(3_000_000, 'abcdefghijklmnop');
    for (let at = 0; at < fresh.length; at += 977)
      fresh.writeUInt32LE(Math.imul(at, 40503) >>> 0, at % 2_999_000);
    const pieces = Array.from(deltaPieces(fresh.subarray(0, 50), fresh));
    expect(pieces.length).toBeGreaterThan(2);
    expect(pieces.map(({ done }) => done)).toEqual(
      pieces.map(({ done }) => done).toSorted((a, b) => a - b),
    );
    expect(pieces.at(-1)?.done).toBe(fresh.length);
  });

  it('is small where little changed', () => {
    const old = Buffer.from(Array.from({ length: 4000 }, (_, i) => `line ${i * 7919}\n`).join(''));
    const fresh = Buffer.concat([old.subarray(0, 9000), Buffer.from('NEW'), old.subarray(9010)]);
    expect(encodeDelta(old, fresh).length).toBeLessThan(40);
  });

  it('is never much longer than the new file, nor slow where all is the same byte', () => {
    const noise = Uint8Array.from(
      { length: 50_000 },
      (_, i) => (Math.imul(i, 2654435761) >>> 13) & 255,
    );
    expect(encodeDelta(new Uint8Array(), noise).length).toBeLessThan(noise.length * 1.001 + 16);
    const zeros = new Uint8Array(300_000);
    expect(encodeDelta(zeros, zeros.subarray(1)).length).toBeLessThan(20);
  });

  it('never leaves the two files, whatever it is given', () => {
    const old = new Uint8Array(100).fill(7);
    const hostile = fc
      .tuple(fc.boolean(), fc.uint8Array({ maxLength: 60 }))
      .map(([head, rest]) =>
        head ? Uint8Array.from([0x4d, 0x53, 0x44, 0x31, 100, 50, ...rest]) : rest,
      );
    fc.assert(
      fc.property(hostile, (delta) => {
        const { bytes: made, decoder } = apply(old, delta, 50);
        expect(made.length).toBeLessThanOrEqual(50);
        if (decoder.isWhole) expect(made.length).toBe(50);
      }),
      { numRuns: rounds(1000) },
    );
  });

  it('says what is wrong', () => {
    const old = new Uint8Array(10);
    expect(apply(old, Uint8Array.of(1), 5).decoder.wrong).toMatch(/begin like a delta/);
    expect(apply(old, encodeDelta(old, old), 5).decoder.wrong).toMatch(/another new file/);
    const cut = encodeDelta(new Uint8Array(), new Uint8Array(10).fill(3)).subarray(0, 9);
    expect(apply(new Uint8Array(), cut, 10).decoder.isWhole).toBe(false);
  });
});
