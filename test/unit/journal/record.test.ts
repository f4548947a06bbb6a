/** Records: every byte comes back, and nothing that was not written is taken for one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fits,
  MAX_BODY_BYTES,
  OVERHEAD_BYTES,
  parseRecord,
  recordBound,
  writeRecord,
} from '../../../collector/io/journal/record.ts';
import { codePoint } from '../../support/code-point.ts';

const SALT = 0xc0ffee01;

const entries = fc.record({
  topic: fc.string({ unit: codePoint, maxLength: 60 }),
  payload: fc.uint8Array({ maxLength: 400 }),
  receivedAt: fc.integer({ min: 0, max: 2 ** 53 - 1 }),
});
const numbers = fc.integer({ min: 1, max: 2 ** 53 - 1 });

function encode(
  entry: { topic: string; payload: Uint8Array; receivedAt: number },
  seq = 7,
): Buffer {
  const bytes = Buffer.alloc(recordBound(entry));
  return bytes.subarray(0, writeRecord(bytes, 0, SALT, seq, entry));
}

describe('a journal record', () => {
  it('comes back as it was written', () => {
    fc.assert(
      fc.property(entries, numbers, (entry, seq) => {
        const bytes = encode(entry, seq);
        const parsed = parseRecord(bytes, 0, bytes.length, SALT);
        expect(parsed.kind).toBe('record');
        if (parsed.kind !== 'record') return;
        expect(parsed.end).toBe(bytes.length);
        expect(parsed.record.seq).toBe(seq);
        expect(parsed.record.receivedAt).toBe(entry.receivedAt);
        // Lone surrogates cannot be said in UTF-8; topics of the wire never hold them.
        expect(parsed.record.topic).toBe(Buffer.from(entry.topic).toString());
        expect(Buffer.from(parsed.record.payload)).toEqual(Buffer.from(entry.payload));
      }),
    );
  });

  it('is cut, not bad, at every earlier end', () => {
    const bytes = encode({
      topic: 'muster/v1/a/b/m',
      payload: Buffer.from('hello'),
      receivedAt: 5,
    });
    for (let end = 0; end < bytes.length; end += 1) {
      expect(parseRecord(bytes, 0, end, SALT).kind).toBe('cut');
    }
  });

  it('is refused with any one bit turned, whatever follows it', () => {
    const record = encode({
      topic: 'muster/v1/a/b/m',
      payload: Buffer.from('hello'),
      receivedAt: 5,
    });
    const bytes = Buffer.concat([record, Buffer.alloc(300)]);
    for (let bit = 0; bit < record.length * 8; bit += 1) {
      const turned = Buffer.from(bytes);
      turned[bit >> 3] = (turned[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(parseRecord(turned, 0, turned.length, SALT).kind).not.toBe('record');
    }
  });

  it('is refused under the salt of another segment', () => {
    const bytes = encode({ topic: 't', payload: Buffer.from('x'), receivedAt: 5 });
    expect(parseRecord(bytes, 0, bytes.length, SALT + 1).kind).toBe('bad');
    bytes.writeUInt32LE(SALT + 1, 0);
    expect(parseRecord(bytes, 0, bytes.length, SALT + 1).kind).toBe('bad');
  });

  it('has a largest size', () => {
    const payload = new Uint8Array(MAX_BODY_BYTES - OVERHEAD_BYTES - 3);
    expect(fits({ topic: 't', payload, receivedAt: 0 })).toBe(true);
    expect(fits({ topic: 'tt', payload, receivedAt: 0 })).toBe(false);
  });
});
