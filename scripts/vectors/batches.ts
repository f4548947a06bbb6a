/** The batches of the vectors: every codec, scale and odd value. */

import type { Header } from '../../protocol/messages/envelope.ts';
import type { SeriesDefinition } from '../../protocol/messages/schema.ts';
import type { BlockMeaning, Cell } from './cells.ts';

export interface BatchCase {
  readonly name: string;
  readonly codec?: number;
  readonly scale?: number;
  readonly series: readonly SeriesDefinition[];
  readonly header: Header;
  readonly blocks: readonly BlockMeaning[];
}

const WALL = 1_763_690_000_123;

export const HEADER: Header = {
  epoch: '0102030405060708',
  number: 7,
  low: 3,
  boot: 'aabbccddeeff0011',
  wall: WALL,
  mono: 4_000_000,
  clock: 1,
};

type Ref = readonly [mantissa: number, scale: number];

function gauges(references: readonly (Ref | undefined)[]): SeriesDefinition[] {
  return references.map((reference, i) => ({
    name: `vector_${i}`,
    labels: [],
    type: 'gauge',
    unit: '',
    ...(reference === undefined
      ? {}
      : { reference: { mantissa: reference[0], scale: reference[1] } }),
  }));
}

/** One block of one column, a row every ten seconds. */
function column(
  name: string,
  cells: readonly Cell[],
  more: { reference?: Ref; codec?: number; scale?: number } = {},
): BatchCase {
  const { reference, ...expected } = more;
  const times = cells.map((_, row) => WALL + row * 10_000);
  return {
    name,
    ...expected,
    series: gauges([reference]),
    header: HEADER,
    blocks: [{ times, firstAlias: 0, columns: [cells] }],
  };
}

const scales: BatchCase[] = Array.from({ length: 13 }, (_, scale) => {
  const value = (mantissa: number) =>
    scale < 10 ? mantissa / 10 ** scale : mantissa * ([512, 1024, 4096][scale - 10] as number);
  const step = scale < 10 ? `/ 10^${scale}` : `* ${[512, 1024, 4096][scale - 10]}`;
  const name = `scale ${scale}: mantissa ${step}`;
  return column(name, [value(1_000_001), value(1_000_013), value(999_999)], { codec: 2, scale });
});

const codecs: BatchCase[] = [
  column('same: every row is the reference', [12.34, 12.34], {
    reference: [1234, 2],
    codec: 0,
    scale: 0,
  }),
  column('constant: every row is 5', [5, 5, 5], { codec: 1, scale: 0 }),
  column('constant: off the reference', [7.5, 7.5], { reference: [70, 1], codec: 1, scale: 1 }),
  column('delta: one row, no reference', [42], { codec: 2, scale: 0 }),
  column('delta: one row behind the reference', [4231.07], {
    reference: [423_000, 2],
    codec: 2,
    scale: 2,
  }),
  column('delta: up and down', [100, 228, 97, 1_000_000, -4], { codec: 2, scale: 0 }),
  column('packed: a steady counter', [100, 1103, 2105, 3106, 4109, 5110, 6112, 7115, 8117, 9119], {
    codec: 3,
    scale: 0,
  }),
  column('packed: width 0, the same step each time', [10, 20, 30, 40, 50], { codec: 3, scale: 0 }),
  column(
    'packed: width 24',
    [0, 16_777_216, 50_331_647, 67_108_868, 92_886_084, 119_000_000, 139_000_000, 170_000_000],
    { codec: 3, scale: 0 },
  ),
  column(
    'changes: two of nineteen',
    [3, 3, 3, 3, 3, 400, 400, 400, 400, 400, 400, 400, 400, 400, 3, 3, 3, 3, 3, 3],
    { codec: 4, scale: 0 },
  ),
  column('raw: no short decimal', [0.1 + 0.2, Math.PI], { codec: 5, scale: 0 }),
  column('reference in a coarser decimal scale', [12.34], {
    reference: [123, 1],
    codec: 2,
    scale: 2,
  }),
  column('reference in a binary scale', [1_048_577], { reference: [256, 12], codec: 2, scale: 0 }),
  column('reference that the scale cannot hold: base 0', [2 ** 51], {
    reference: [15, 1],
    codec: 2,
    scale: 12,
  }),
  column('reference too large for the scale: base 0', [0.5], {
    reference: [2 ** 51, 0],
    codec: 2,
    scale: 1,
  }),
];

const values: BatchCase[] = [
  column('stale marker and other NaNs, bit for bit', [
    'nan:7ff0000000000002',
    'nan:7ff8000000000000',
    'nan:fff8000000000001',
    'nan:7ff4000000000000',
  ]),
  column('stale marker behind numbers', [1.5, 2.5, 'nan:7ff0000000000002']),
  column('negative zero', ['-0', 0, '-0']),
  column('infinities', ['inf', '-inf', 1]),
  column(
    'subnormal and largest doubles',
    [5e-324, 2.2250738585072014e-308, 1.7976931348623157e308],
  ),
  column('counter at 2^51: largest mantissa', [2 ** 51 - 1, 2 ** 51], { codec: 2, scale: 0 }),
  column('counter above 2^51: raw', [2 ** 51 + 1], { codec: 5 }),
  column('counter above 2^51 in pages', [(2 ** 51 - 1) * 4096], { codec: 2, scale: 12 }),
  column('counter around 2^53: raw', [2 ** 53 - 1, 2 ** 53, 2 ** 53 + 2], { codec: 5 }),
  column('counter around 2^64: raw', [2 ** 64 - 2048, 2 ** 64], { codec: 5 }),
  column('from the lowest to the highest mantissa', [-(2 ** 51), 2 ** 51 - 1], {
    codec: 2,
    scale: 0,
  }),
  column('reference at one end, value at the other', [2 ** 51 - 1], {
    reference: [-(2 ** 51), 0],
    codec: 2,
    scale: 0,
  }),
];

const holes: BatchCase[] = [
  column('holes, in a bitmap of two bytes', [1, null, 2, null, null, 3, 4, 5, null, 6]),
  column('a hole, the rest equals the reference', [null, 9, 9], { reference: [9, 0] }),
  column('only holes', [null, null, null]),
  column('holes among doubles', [null, 'nan:7ff0000000000002', null, '-0', 0.1 + 0.2]),
  column('eight rows, seven holes', [null, null, null, null, null, null, null, 8]),
];

const shapes: BatchCase[] = [
  { name: 'no blocks', series: [], header: HEADER, blocks: [] },
  {
    name: 'two blocks of other rows and aliases, with and without holes',
    series: gauges([[100, 0], undefined, [5, 1], undefined]),
    header: HEADER,
    blocks: [
      {
        times: [WALL, WALL + 10_000],
        firstAlias: 0,
        columns: [
          [100, 101],
          [1.25, null],
        ],
      },
      { times: [WALL + 60_000], firstAlias: 2, columns: [[0.5], [4096]] },
    ],
  },
  {
    name: 'rows before the header, irregular and backwards',
    series: gauges([undefined]),
    header: HEADER,
    blocks: [
      {
        times: [WALL - 1, WALL - 5000, WALL + 7, WALL + 7],
        firstAlias: 0,
        columns: [[1, 2, 3, 4]],
      },
    ],
  },
  {
    name: 'before 1970, clock unset',
    series: gauges([undefined]),
    header: { ...HEADER, wall: -86_400_000, clock: 0 },
    blocks: [{ times: [-86_400_000, -86_390_000], firstAlias: 0, columns: [[1, 1]] }],
  },
  {
    name: 'largest numbers of a header, clock estimated',
    series: gauges([undefined]),
    header: {
      epoch: 'ffffffffffffffff',
      number: 2 ** 53 - 1,
      low: 2 ** 53 - 1,
      boot: '0000000000000000',
      wall: 8.64e15,
      mono: 2 ** 53 - 1,
      clock: 2,
    },
    blocks: [{ times: [8.64e15, 4.64e15], firstAlias: 0, columns: [[1, 2]] }],
  },
];

export const BATCHES: readonly BatchCase[] = [...codecs, ...scales, ...values, ...holes, ...shapes];
