/**
 * The worst payloads that we could think of: each as dear to decode as its size allows, in time
 * or in memory. Tests measure them, and the fuzzer mutates them.
 */
import { LIMITS } from '../../protocol/limits.ts';
import type { Target } from './targets.ts';

export interface Crafted {
  readonly target: Target;
  readonly name: string;
  readonly bytes: Uint8Array;
}

const hex = (digits: string) => Buffer.from(digits.replaceAll(' ', ''), 'hex');
const repeat = (digits: string, times: number) =>
  Buffer.alloc(hex(digits).length * times, hex(digits));

/** `count` as the four-byte argument of a major type. */
function head(major: number, count: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes[0] = (major << 5) | 26;
  bytes.writeUInt32BE(count, 1);
  return bytes;
}

function list(item: string, count: number): Buffer {
  return Buffer.concat([head(4, count), repeat(item, count)]);
}

/** As many items as fit into a payload, and as many as are allowed. */
function lists(name: string, item: string, itemsEach = 1): Crafted[] {
  const fit = Math.floor((LIMITS.payloadBytes - 64) / hex(item).length);
  const allowed = Math.floor((LIMITS.items - 16) / itemsEach);
  return [...new Set([fit, Math.min(fit, allowed)])].map((count) => ({
    target: 'guard',
    name: `${count} ${name}`,
    bytes: list(item, count),
  }));
}

function keys(name: string, key: (i: number) => Buffer, count: number): Crafted {
  const entries = Array.from({ length: count }, (_, i) => Buffer.concat([key(i), hex('00')]));
  return { target: 'guard', name, bytes: Buffer.concat([head(5, count), ...entries]) };
}

const textKey = (i: number) =>
  Buffer.concat([hex('64'), Buffer.from(i.toString(36).padStart(4, '0'))]);
const text = (size: number, sample: string) => {
  const bytes = Buffer.from(sample.repeat(Math.floor(size / Buffer.byteLength(sample))));
  return Buffer.concat([head(3, bytes.length), bytes]).toString('hex');
};

const generic: Crafted[] = [
  ...lists('empty byte strings', '40'),
  ...lists('empty arrays', '80'),
  ...lists('empty maps', 'a0'),
  ...lists('arrays of one', '8100', 2),
  ...lists('maps of one', 'a10000', 3),
  ...lists('small integers', '00'),
  ...lists('integers that are no small ones', '1a80000000'),
  ...lists('half floats', 'f93c00'),
  ...lists('texts of two', '626162'),
  ...lists('texts of two, not ASCII', '62c3a4'),
  ...lists('texts of 24, one not ASCII', `7818${'61'.repeat(22)}c3a4`),
  ...lists('texts of 1,000 with an emoji', text(1000, `${'a'.repeat(96)}😀`)),
  ...lists('texts of 1,000, Latin 1', text(1000, 'ä')),
  ...lists('nests of seven', '81818181818180', 7),
  keys('integer keys', (i) => head(0, i + 24), 16_000),
  keys('text keys', textKey, 16_000),
  { target: 'guard', name: 'one text', bytes: hex(text(LIMITS.payloadBytes - 8, 'ä')) },
];

function schema(name: string, families: Buffer): Crafted {
  return { target: 'schema', name, bytes: Buffer.concat([hex('a2 00 01 01'), families]) };
}

const family = (members: Buffer) => Buffer.concat([hex('81 84 616d 00 60'), members]);
/** Labels with names of two letters, in order, each with the same value. */
const labels = (count: number, value: string) =>
  (count < 12 ? (0x80 + count * 2).toString(16) : `98${(count * 2).toString(16)}`) +
  Array.from(
    { length: count },
    (_, i) => `62${hexLetter(i >> 4)}${hexLetter(i & 15)}${value}`,
  ).join('');
const hexLetter = (i: number) => (97 + i).toString(16);

const schemas: Crafted[] = [
  schema('series without labels', family(list('8180', LIMITS.series))),
  schema('series with a reference', family(list('83801b000400000000000100', LIMITS.series))),
  schema('series with an empty label', family(list(`81${labels(1, '60')}`, LIMITS.series))),
  schema('series with ten labels', family(list(`81${labels(10, '6162')}`, 1400))),
  schema('series with 64 labels', family(list(`81${labels(64, '626162')}`, 240))),
  schema('labels of 24 bytes', family(list(`81${labels(4, `7818${'61'.repeat(22)}c3a4`)}`, 3200))),
  schema('labels of 4,000 bytes', family(list(`81${labels(1, text(4000, 'ä'))}`, 260))),
  schema(
    'labels of 4,000 bytes with an emoji',
    family(list(`81${labels(1, text(3900, `${'a'.repeat(96)}😀`))}`, 260)),
  ),
  schema('empty families', list('84616d006080', 6_500)),
  schema('families of one', list('84616d0060818180', 4_000)),
];

const header = '00 01 01 48 0102030405060708 02 07 03 03 04 48 aabbccddeeff0011 05 00 06 00 07 01';
const entries = (key: string, item: string, count = 1024): Buffer =>
  Buffer.concat([hex(`a9 ${header} ${key}`), list(item, count)]);

const messages: Crafted[] = [
  { target: 'event', name: 'events', bytes: entries('08', 'a4 00 00 01 60 02 00 03 60') },
  {
    target: 'event',
    name: 'events with attributes',
    bytes: entries(
      '08',
      `a5 00 00 01 60 02 00 03 60 04 b818 ${Array.from({ length: 24 }, (_, i) => `62${hexLetter(i >> 4)}${hexLetter(i & 15)}60`).join('')}`,
    ),
  },
  { target: 'event', name: 'gaps', bytes: entries('09', 'a3 00 00 01 00 02 60') },
  {
    target: 'event',
    name: 'gaps with ranges',
    bytes: entries(
      '09',
      `a4 00 00 01 00 02 60 03 9838 ${Array.from({ length: 56 }, (_, i) => `18${(40 + i).toString(16)}`).join('')}`,
    ),
  },
];

/** Trees of configuration: many small containers, many keys. */
const tree = (name: string, config: Buffer): Crafted => ({
  target: 'desired',
  name,
  bytes: Buffer.concat([hex('a5 00 01 01 01 02 00 06 00 03'), config]),
});
const inside = (item: Buffer) => Buffer.concat([hex('a1 61 61'), item]);

const caretaking: Crafted[] = [
  tree('a list of empty maps', inside(list('a0', 4_000))),
  tree('a list of maps of one', inside(list('a1616100', 10_000))),
  tree('a list of floats', inside(list('f93c00', 30_000))),
  tree('text keys', keys('', textKey, 16_000).bytes as Buffer),
  {
    target: 'report',
    name: 'many changes',
    bytes: Buffer.concat([
      hex(`b4 ${header} 08 00 09 60 0a 60 0b 00 0c 00 0d 00 0e 60 0f 01 10 60 11 60 12`),
      list(text(500, 'ä'), 256),
      hex('13 a0'),
    ]),
  },
  {
    target: 'health',
    name: 'checks with labels',
    bytes: Buffer.concat([
      hex('a6 00 01 01 00 02 00 03 60 04 00 05'),
      list(
        `aa 00 60 01 60 02 00 03 00 04 00 05 60 06 f5 07 60 08 00 09 b0 ${Array.from({ length: 16 }, (_, i) => `61${hexLetter(i)}60`).join('')}`,
        256,
      ),
    ]),
  },
];

/** LEB128 of a number below 2^28. */
function varint(value: number): string {
  const low = (value & 127) | (value > 127 ? 128 : 0);
  return low.toString(16).padStart(2, '0') + (value > 127 ? varint(value >> 7) : '');
}

function body(
  name: string,
  blocks: number,
  rows: number,
  columns: number,
  column: string,
): Crafted {
  const block = Buffer.concat([
    hex(varint(rows) + varint(0) + varint(columns)),
    Buffer.alloc(rows),
    repeat(column, columns),
  ]);
  const bytes = Buffer.alloc(block.length * blocks, block).subarray(0, LIMITS.payloadBytes);
  return { target: 'body', name: `${name}: ${blocks} of ${rows} x ${columns}`, bytes };
}

const sparse = (rows: number) =>
  rows % 8 === 0 ? '' : ((1 << (rows % 8)) - 1).toString(16).padStart(2, '0');
const full = (rows: number) => 'ff'.repeat(rows >> 3) + sparse(rows);
/** Up to the largest mantissa and back. */
const long = 'feffffffffffff07';
const back = 'fdffffffffffff07';

const bodies: Crafted[] = [
  body('one-row deltas', 32, 1, 4096, '20 02'),
  body('one-row long varints', 28, 1, 4096, `20 ${long}`),
  body('one-row sparse', 32, 1, 4096, 'a0 01 02'),
  body('one-row holes', 32, 1, 4096, 'd0 00'),
  body('one-row raw', 28, 1, 4096, `50${'00'.repeat(8)}`),
  body('deltas of six', 5, 6, 4096, '20 02 02 02 02 02 02'),
  body('sparse sixes', 5, 6, 4096, 'a0 3f 02 02 02 02 02 02'),
  body('constants of six', 5, 6, 4096, '10 02'),
  body('tall deltas', 1, 65_535, 2, `20${'02'.repeat(65_535)}`),
  body('tall long deltas', 1, 65_534, 1, `20${(long + back).repeat(32_767)}`),
  body('tall packed', 1, 65_535, 2, `30 00 00 01 ${'aa'.repeat(8192)}`),
  body('tall packed, width 24', 1, 65_535, 2, `30 00 00 18 ${'aaaaaa'.repeat(65_534)}`),
  body('tall changes', 1, 65_535, 2, `40 00 ${'ff'.repeat(8192)}${'02'.repeat(65_534)}`),
  body(
    'tall changes, every other',
    1,
    65_535,
    2,
    `40 00 ${'aa'.repeat(8192)}${'02'.repeat(32_767)}`,
  ),
  body('tall sparse', 1, 65_528, 2, `a0 ${full(65_528)}${'02'.repeat(65_528)}`),
  body('tall sparse constants', 1, 65_535, 2, `90 ${'55'.repeat(8191)}55 02`),
  body('tall raw', 1, 65_000, 2, `50${'11'.repeat(8 * 65_000)}`),
  body('smallest blocks', LIMITS.blocks, 1, 1, '10 00'),
  body('smallest sparse blocks', LIMITS.blocks, 1, 1, '90 01 00'),
];

export const CRAFTED: readonly Crafted[] = [
  ...generic,
  ...schemas,
  ...messages,
  ...caretaking,
  ...bodies,
];
