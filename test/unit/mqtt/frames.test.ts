import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Frames } from '../../../agent/io/mqtt/frames.ts';
import { publishPacket } from '../../../agent/io/mqtt/packets.ts';

function cut(pieces: readonly Buffer[]): [number, string][] {
  const found: [number, string][] = [];
  const frames = new Frames((first, body) => found.push([first, body.toString('hex')]));
  for (const piece of pieces) frames.push(piece);
  return found;
}

test('packets come out the same however they were cut on their way', () => {
  const message = fc.record({
    topic: fc.string({ maxLength: 20 }),
    payload: fc.uint8Array({ maxLength: 300 }),
    retain: fc.boolean(),
    id: fc.integer({ min: 1, max: 65_535 }),
  });
  fc.assert(
    fc.property(fc.array(message), fc.array(fc.nat(400)), (messages, lengths) => {
      const bytes = Buffer.concat(messages.map(publishPacket));
      const pieces: Buffer[] = [];
      let at = 0;
      for (const length of lengths) {
        pieces.push(bytes.subarray(at, at + length));
        at = Math.min(at + length, bytes.length);
      }
      pieces.push(bytes.subarray(at));
      const found = cut(pieces);
      expect(found).toHaveLength(messages.length);
      expect(found).toEqual(cut([bytes]));
    }),
  );
});

test.each([
  [[0x30, 0x00], [[0x30, '']]],
  [
    [0xd0, 0x00, 0x40, 0x02, 0x00, 0x07],
    [
      [0xd0, ''],
      [0x40, '0007'],
    ],
  ],
  [[0x30, 0x80, 0x00], [[0x30, '']]],
])('%j', (bytes, packets) => {
  expect(cut([Buffer.from(bytes)])).toEqual(packets);
  expect(cut(bytes.map((byte) => Buffer.of(byte)))).toEqual(packets);
});

test('a length that cannot be is refused before memory is taken', () => {
  expect(() => cut([Buffer.of(0x30, 0xff, 0xff, 0xff, 0x7f)])).toThrow(
    'a packet of 268435455 bytes',
  );
  expect(() => cut([Buffer.of(0x30, 0xff, 0xff, 0xff, 0xff, 0x01)])).toThrow(
    'more than four bytes',
  );
});
