/** Snappy, read: what another implementation wrote comes back; hostile bytes end soon. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unsnap } from '../../../collector/io/remote-write/snappy.ts';
import { snap } from '../../support/remote-write/encode.ts';

const MAX = 1_000_000;

describe('snappy', () => {
  it('reads what was compressed, repeats and all', () => {
    const repetitive = fc
      .array(fc.constantFrom('name', 'value', 'a', 'bb', '\0\0\0\0'), { maxLength: 400 })
      .map((parts) => Buffer.from(parts.join('')));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 3_000 }), repetitive), (bytes) => {
        expect(unsnap(snap(bytes), MAX)).toEqual(new Uint8Array(bytes));
      }),
    );
  });

  it('reads long literals and copies that overlap themselves', () => {
    const long = Buffer.alloc(70_000, 'abc').fill('xyz', 100, 60_000);
    expect(unsnap(snap(long), MAX)).toEqual(new Uint8Array(long));
    // Five bytes: "a", then a copy of four from one byte back.
    expect(unsnap(Uint8Array.of(5, 0, 0x61, 1, 1), MAX)).toEqual(
      new Uint8Array(Buffer.from('aaaaa')),
    );
    // The same by the long forms of an offset.
    expect(unsnap(Uint8Array.of(5, 0, 0x61, 0x0e, 1, 0), MAX)).toEqual(
      new Uint8Array(Buffer.from('aaaaa')),
    );
    expect(unsnap(Uint8Array.of(5, 0, 0x61, 0x0f, 1, 0, 0, 0), MAX)).toEqual(
      new Uint8Array(Buffer.from('aaaaa')),
    );
  });

  it('says when more is declared than is allowed, before making room for it', () => {
    expect(unsnap(Uint8Array.of(0x80, 0x80, 0x80, 0x80, 1, 0), MAX)).toBe('too-large');
    expect(unsnap(snap(Buffer.alloc(2_000)), 1_000)).toBe('too-large');
  });

  it.each([
    ['nothing', []],
    ['a length without end', [0x80, 0x80, 0x80, 0x80, 0x80, 0x80]],
    ['a literal behind the end', [3, 8, 0x61]],
    ['a literal of 2 GiB', [3, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x61]],
    ['a copy from before the begin', [5, 0, 0x61, 1, 2]],
    ['a copy from nowhere', [5, 0, 0x61, 1, 0]],
    ['a copy cut off', [5, 0, 0x61, 2, 1]],
    ['more than declared', [2, 8, 0x61, 0x61, 0x61]],
    ['less than declared', [9, 0, 0x61]],
    ['far more declared than bytes can hold', [0xff, 0x7f, 0, 0x61]],
  ])('refuses %s', (_what, bytes) => {
    expect(unsnap(Uint8Array.from(bytes), MAX)).toBeUndefined();
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        unsnap(bytes, MAX);
      }),
    );
  });
});
