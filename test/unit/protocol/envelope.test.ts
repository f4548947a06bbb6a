/** The header decodes alone, and versions above ours are told apart from damage. */
import { describe, expect, it } from 'vitest';
import { decodeBatch, encodeBatch } from '../../../protocol/messages/batch.ts';
import { decodeEnvelope, decodeHeader, type Header } from '../../../protocol/messages/envelope.ts';

const header: Header = {
  epoch: '0102030405060708',
  number: 70_000,
  low: 69_990,
  boot: 'aabbccddeeff0011',
  wall: 1_763_690_000_123,
  mono: 4_000_000_000,
  clock: 1,
};
const payload = encodeBatch({ header, schema: '1122334455667788', body: new Uint8Array(50) });
/** Bytes of the header, its map's head included. */
const end = payload.length - 50 - 2 - 1 - 10;

function codeOf(bytes: Uint8Array): string {
  const result = decodeHeader(bytes, 'm');
  return result.ok ? 'ok' : result.error.code;
}

describe('header', () => {
  it('is read from a payload that is cut off behind it', () => {
    for (let length = end; length <= payload.length; length++) {
      const part = payload.subarray(0, length);
      // A count of entries that cannot follow is refused before anything is read.
      const readable = length > 21;
      expect([length, decodeHeader(part, 'm')]).toEqual([length, { ok: readable, value: header }]);
      expect(decodeBatch(part).ok).toBe(length === payload.length);
    }
  });

  it('is read though damage follows', () => {
    const damaged = Uint8Array.from(payload);
    damaged[end] = 0xc1;
    expect(decodeEnvelope(damaged, 'm').ok).toBe(false);
    expect(decodeHeader(damaged, 'm')).toEqual({ ok: true, value: header });
    const trailing = Uint8Array.of(...payload, 0);
    expect(decodeEnvelope(trailing, 'm').ok).toBe(false);
    expect(decodeHeader(trailing, 'm')).toEqual({ ok: true, value: header });
  });

  it('is not made up: a field short, and there is none', () => {
    for (let length = 0; length < end; length++) {
      expect(decodeHeader(payload.subarray(0, length), 'm').ok).toBe(false);
    }
  });

  it.each(['number', 'low', 'wall', 'mono'] as const)(
    'is not written when its %s is not whole: nobody could read it',
    (field) => {
      for (const wrong of [header[field] + 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60]) {
        const batch = { header: { ...header, [field]: wrong }, schema: '1122334455667788' };
        const write = () => encodeBatch({ ...batch, body: new Uint8Array(0) });
        expect(write).toThrow(`${field} of a header must be a whole number, not ${wrong}`);
      }
    },
  );

  it('of a newer version is for a newer program', () => {
    for (const version of [2, 23, 24, 255]) {
      const bytes = version < 24 ? [version] : [0x18, version];
      expect(codeOf(Uint8Array.of(0xa1, 0, ...bytes))).toBe('unknown-version');
      expect(codeOf(Uint8Array.of(0xa2, 0, ...bytes, 1, 0xc1, 0))).toBe('unknown-version');
    }
    expect(codeOf(Uint8Array.of(0xa2, 1, 0, 0, 2))).toBe('out-of-range');
  });
});
