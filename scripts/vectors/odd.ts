/**
 * Bytes that our encoders do not write: forms that must be read all the same, and what must be
 * refused, with the reason. Hexadecimal digits may stand apart here for the reader's sake.
 */
import type { InvalidVector, Target } from './meanings.ts';

const HEAD = '01 48 0102030405060708 02 07 03 03 04 48 aabbccddeeff0011 05 00 06 00 07 01';
const id = '48 1122334455667788';
const nest = (depth: number) => `${'81'.repeat(depth - 1)}80`;

/** Read with the meaning that the decoder gives when the vectors are made: review it. */
export const DECODE_ONLY: readonly (readonly [Target, string, string])[] = [
  [
    'ack',
    'unknown keys, of any type, are passed over',
    `a6 00 01 01 ${id} 04 00 0a fb3ff8000000000000 1903e8 81f6 616b a10040`,
  ],
  [
    'ack',
    'integers in longer forms than needed',
    `a3 1800 1b0000000000000001 190001 ${id} 1a00000004 390000`,
  ],
  ['ack', 'entries in another order', `a3 04 00 01 ${id} 00 01`],
  [
    'ack',
    'a kind that is not known',
    `a4 00 01 01 ${id} 03 82 65 7374617465 66 667574757265 04 00`,
  ],
  ['event', 'lists that are absent', `a8 00 01 ${HEAD}`],
  ['event', 'a cause that is not known', `a9 00 01 ${HEAD} 09 81 a3 00 00 01 01 02 64 6d6f6f6e`],
  [
    'desired',
    'floats that are whole, in each width',
    'a5 00 01 01 01 02 00 03 a3 61 61 f9 3c00 61 62 fa 3f800000 61 63 fb 3ff0000000000000 06 00',
  ],
  ['reported', 'lists that are absent', `a6 00 01 01 00 02 00 03 00 04 00 06 ${id}`],
  ['schema', 'more items than we know', `a2 00 01 01 81 85 616d 00 60 81 84 80 05 00 f6 f5`],
];

const invalid = (target: Target, error: string, name: string, hex: string): InvalidVector => ({
  name,
  target,
  hex,
  error,
});
const body = (error: string, name: string, hex: string, series = 1): InvalidVector => ({
  name,
  target: 'body',
  series,
  hex,
  error,
});

export const INVALID: readonly InvalidVector[] = [
  invalid('ack', 'truncated', 'nothing at all', ''),
  invalid('ack', 'truncated', 'an integer cut short', `a3 00 01 01 ${id} 04 1a 000000`),
  invalid(
    'ack',
    'truncated',
    'a byte string that says it is longer than the payload',
    'a1 00 5a ffffffff 00',
  ),
  invalid('ack', 'truncated', 'an array that says it has 2^32 items', 'a1 00 9a ffffffff 00'),
  invalid('ack', 'trailing-bytes', 'a byte behind the end', `a3 00 01 01 ${id} 04 00 00`),
  invalid('ack', 'too-deep', 'nine containers', `a1 00 ${nest(8)}`),
  invalid('ack', 'unsupported-item', 'a tag', `a3 00 01 01 ${id} 04 c1 00`),
  invalid('ack', 'unsupported-item', 'a bignum', `a3 00 01 01 ${id} 04 c2 41 01`),
  invalid(
    'ack',
    'unsupported-item',
    'an array of indefinite length',
    `a4 00 01 01 ${id} 04 00 02 9f ff`,
  ),
  invalid('ack', 'unsupported-item', 'undefined', `a3 00 01 01 ${id} 04 f7`),
  invalid('ack', 'unsupported-item', 'a reserved length', `a3 00 01 01 ${id} 04 1c`),
  invalid('ack', 'integer-range', 'an integer of 2^53', `a3 00 01 01 ${id} 04 1b 0020000000000000`),
  invalid(
    'ack',
    'invalid-utf8',
    'a text that is not UTF-8',
    `a4 00 01 01 ${id} 04 00 03 81 62 c328`,
  ),
  invalid('ack', 'duplicate-key', 'a key twice', `a4 00 01 01 ${id} 04 00 04 00`),
  invalid(
    'ack',
    'duplicate-key',
    'a key twice, once in a longer form',
    `a4 00 01 01 ${id} 04 00 1804 00`,
  ),
  invalid(
    'ack',
    'duplicate-key',
    'a text key twice',
    `a5 00 01 01 ${id} 04 00 69 5f5f70726f746f5f5f 00 7809 5f5f70726f746f5f5f 00`,
  ),
  invalid('ack', 'invalid-key', 'a negative key', `a4 00 01 01 ${id} 04 00 20 00`),
  invalid('ack', 'wrong-type', 'not a map', '80'),
  invalid('ack', 'wrong-type', 'an integer written as a float', `a3 00 01 01 ${id} 04 f9 3c00`),
  invalid('ack', 'missing-field', 'no version', `a2 01 ${id} 04 00`),
  invalid('ack', 'out-of-range', 'version 0', `a3 00 00 01 ${id} 04 00`),
  invalid('ack', 'out-of-range', 'an id of seven bytes', 'a3 00 01 01 47 11223344556677 04 00'),
  invalid(
    'ack',
    'out-of-range',
    'ranges that overlap',
    `a4 00 01 01 ${id} 02 84 01 05 05 06 04 00`,
  ),
  invalid('ack', 'wrong-type', 'half a range', `a4 00 01 01 ${id} 02 81 01 04 00`),
  invalid(
    'ack',
    'out-of-range',
    'a time beyond the calendar',
    `a3 00 01 01 ${id} 04 1b 001eb208c2dc0001`,
  ),
  invalid(
    'ack',
    'unknown-version',
    'version 2, and a tag, which only version 2 may know',
    'a2 00 02 01 c1 00',
  ),
  invalid('batch', 'unknown-version', 'version 200', 'a1 00 18 c8'),
  invalid('batch', 'missing-field', 'no body', `a9 00 01 ${HEAD} 08 ${id}`),
  invalid('batch', 'out-of-range', 'number 0', `a8 00 01 ${HEAD.replace('02 07', '02 00')}`),
  invalid(
    'batch',
    'out-of-range',
    'low above number',
    `a8 00 01 ${HEAD.replace('03 03', '03 08')}`,
  ),
  invalid('batch', 'out-of-range', 'clock 3', `a8 00 01 ${HEAD.replace(/01$/, '03')}`),
  invalid('state', 'missing-field', 'online, and nothing else', `a3 00 01 01 f5 02 ${id}`),
  invalid(
    'state',
    'out-of-range',
    'no epoch',
    `a9 00 01 01 f5 02 ${id} 03 60 04 80 06 ${id} 07 00 08 ${id} 09 183c`,
  ),
  invalid(
    'state',
    'out-of-range',
    'low above next',
    `a9 00 01 01 f5 02 ${id} 03 60 04 81 83 ${id} 02 01 06 ${id} 07 00 08 ${id} 09 183c`,
  ),
  invalid(
    'event',
    'out-of-range',
    'a gap that ends before it begins',
    `a9 00 01 ${HEAD} 09 81 a3 00 05 01 04 02 60`,
  ),
  invalid('schema', 'missing-field', 'no version', 'a1 01 80'),
  invalid(
    'schema',
    'out-of-range',
    'a metric name that is none',
    'a2 00 01 01 81 84 62 3161 00 60 80',
  ),
  invalid(
    'schema',
    'out-of-range',
    'a label name with two underscores in front',
    'a2 00 01 01 81 84 616d 00 60 81 81 82 63 5f5f61 60',
  ),
  invalid(
    'schema',
    'out-of-range',
    'labels out of order',
    'a2 00 01 01 81 84 616d 00 60 81 81 84 6162 60 6161 60',
  ),
  invalid(
    'schema',
    'out-of-range',
    'a label twice',
    'a2 00 01 01 81 84 616d 00 60 81 81 84 6161 60 6161 60',
  ),
  invalid(
    'schema',
    'out-of-range',
    'a type that does not exist',
    'a2 00 01 01 81 84 616d 03 60 80',
  ),
  invalid(
    'schema',
    'out-of-range',
    'a scale that does not exist',
    'a2 00 01 01 81 84 616d 00 60 81 83 80 00 0d',
  ),
  invalid(
    'schema',
    'missing-field',
    'a mantissa without a scale',
    'a2 00 01 01 81 84 616d 00 60 81 82 80 00',
  ),
  body('truncated', 'a block cut short', '01 00'),
  body('truncated', 'more rows than bytes', '7f 00 01 00 20'),
  body('truncated', 'a double cut short', '01 00 01 00 50 00000000000000'),
  body('truncated', 'a varint that never ends', '01 00 01 00 20 ffffffffffffffffff'),
  body('out-of-range', 'no rows', '00 00 01 00'),
  body('out-of-range', 'no columns', '01 00 00 00'),
  body(
    'out-of-range',
    'a time beyond the calendar',
    `02 00 01 ${`${'ff'.repeat(7)}0f`.repeat(2)} 20 00 00`,
  ),
  body('unknown-alias', 'an alias behind the dictionary', '01 01 01 00 20 00'),
  body('unknown-codec', 'codec 6', '01 00 01 00 60 00'),
  body('unknown-codec', 'scale 13', '01 00 01 00 2d 00'),
  body('unknown-codec', 'same without a reference', '01 00 01 00 00'),
  body('unknown-codec', 'raw with a scale', '01 00 01 00 51 0000000000000000'),
  body('unknown-codec', 'packed with 25 bits', '02 00 01 00 00 30 00 00 19 00000000'),
  body('integer-range', 'a mantissa above 2^51', `01 00 01 00 20 ${'82'}${'80'.repeat(6)}08`),
  body(
    'integer-range',
    'mantissas that add up to more than 2^51',
    `02 00 01 00 00 20 ${'80'.repeat(7)}08 02`,
  ),
];
