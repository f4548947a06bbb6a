/** CRC-32C: the values of RFC 3720, and any stretch of any buffer bit by bit. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c } from '../../../collector/core/store/crc32c.ts';

function bitByBit(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

describe('crc32c', () => {
  it('gives what RFC 3720 lists', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, n) => n))).toBe(0x46dd794e);
  });

  it('does not mind where in a buffer it begins and ends', () => {
    const stretch = fc.tuple(fc.uint8Array({ maxLength: 200 }), fc.nat(20), fc.nat(20));
    fc.assert(
      fc.property(stretch, ([bytes, from, less]) => {
        const part = bytes.subarray(from, Math.max(from, bytes.length - less));
        expect(crc32c(part)).toBe(bitByBit(part));
      }),
    );
  });
});
