import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bytesOf, lineOf } from '../../../scripts/fuzz/hex.ts';

it('reads what it writes, and parts that come many times', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(bytesOf(lineOf(bytes))).toEqual(Buffer.from(bytes));
    }),
  );
  expect(bytesOf('00 a1b2*3 ff*0\n')).toEqual(Buffer.from('00a1b2a1b2a1b2', 'hex'));
  expect(() => bytesOf('abc')).toThrow('no hex: abc');
});
