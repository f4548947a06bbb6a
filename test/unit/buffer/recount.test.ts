/** What is told of holes: which numbers, and between which moments their samples were taken. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { recordKey } from '../../../agent/io/buffer/keys.ts';
import { type EpochEntry, emptyLedger, type Ledger } from '../../../agent/io/buffer/ledger.ts';
import { type Level, openLevel } from '../../../agent/io/buffer/level.ts';
import { encodeRecord, type RecordValue } from '../../../agent/io/buffer/record-codec.ts';
import { recount } from '../../../agent/io/buffer/recount.ts';
import { type TempFolder, tempFolder } from '../../support/temp-folder.ts';

const BORN = 1_000;
/** Number n of order o is taken from here on, for 9 ms. */
const at = (order: number, number: number): number => order * 10_000 + number * 10;
const until = (order: number, number: number): number => at(order, number) + 9;

type Change = Partial<Pick<RecordValue, 'kind' | 'clockUnset' | 'from' | 'to'>>;
type Left = readonly [order: number, number: number, change?: Change];

let folder: TempFolder;
let level: Level;

beforeAll(async () => {
  folder = await tempFolder('recount');
  level = await openLevel(folder.path);
});
afterAll(async () => {
  await level.close();
  await folder[Symbol.asyncDispose]();
});

function epoch(order: number, low: number, next: number, since?: number): EpochEntry {
  const name = String(order).padStart(16, '0');
  return { order, epoch: name, low, next, gone: [], ...(since !== undefined && { since }) };
}

async function holes(epochs: readonly EpochEntry[], left: readonly Left[]) {
  await level.clear();
  for (const [order, number, change] of left) await level.put(...entry(order, number, change));
  const before: Ledger = { ...emptyLedger('a boot'), epochs };
  const { ledger, lostSince } = await recount(level, before, { born: BORN, open: 0, unseen: [] });
  const told = ledger.losses.map(({ numbers, from, to }) => [
    numbers.map(({ first, last }) => `${first}-${last}`).join(),
    from,
    to,
  ]);
  return { told, lostSince };
}

function entry(order: number, number: number, change: Change = {}): [Buffer, Buffer] {
  const key = recordKey({ ...epoch(order, 1, 1), number });
  const tally = { version: 1, records: number - 1, bytes: 0, low: 1, gone: [] };
  const times = { from: at(order, number), to: until(order, number) };
  const about = { kind: 'm', samples: 1, sent: false, clockUnset: false, passes: 0 } as const;
  const payload = new Uint8Array(3);
  return [key, encodeRecord(key, { ...about, ...times, ...change, tally, payload })];
}

it.each<[string, EpochEntry[], Left[], unknown[]]>([
  [
    'nothing is missing',
    [epoch(1, 2, 4)],
    [
      [1, 2],
      [1, 3],
    ],
    [],
  ],
  [
    'between two batches',
    [epoch(1, 1, 6)],
    [
      [1, 1],
      [1, 2],
      [1, 5],
    ],
    [['3-4', until(1, 2), until(1, 5)]],
  ],
  [
    'the oldest: since what is held',
    [epoch(1, 2, 6, 10_015)],
    [
      [1, 4],
      [1, 5],
    ],
    [['2-3', 10_015, until(1, 4)]],
  ],
  [
    'the oldest, of an epoch that says nothing',
    [epoch(1, 2, 5)],
    [[1, 4]],
    [['2-3', BORN, until(1, 4)]],
  ],
  [
    'the newest: until it is told',
    [epoch(1, 1, 6)],
    [
      [1, 1],
      [1, 2],
    ],
    [['3-5', until(1, 2), undefined]],
  ],
  [
    'the end of an epoch: until the next one',
    [epoch(1, 1, 4), epoch(2, 1, 2)],
    [
      [1, 1],
      [2, 1],
    ],
    [['2-3', until(1, 1), until(2, 1)]],
  ],
  ['an epoch', [epoch(1, 1, 4, 10_005), epoch(2, 1, 2)], [[2, 1]], [['1-3', 10_005, until(2, 1)]]],
  ['everything', [epoch(1, 1, 4, 10_005)], [], [['1-3', 10_005, undefined]]],
  [
    'behind an event, which older samples may follow',
    [epoch(1, 1, 5)],
    [
      [1, 1],
      [1, 2, { kind: 'event' }],
      [1, 4],
    ],
    [['3-3', until(1, 1), until(1, 4)]],
  ],
  [
    'beside what an unset clock gave its times',
    [epoch(1, 1, 6, 10_005)],
    [
      [1, 1, { clockUnset: true, from: 5, to: 9 }],
      [1, 3, { clockUnset: true, from: 7, to: 9 }],
      [1, 5],
    ],
    [['2-2,4-4', 10_005, undefined]],
  ],
  [
    'where the clock was set back',
    [epoch(1, 2, 5, 99_999)],
    [[1, 4]],
    [['2-3', BORN, until(1, 4)]],
  ],
])('%s', async (_, epochs, left, expected) => {
  expect((await holes(epochs, left)).told).toEqual(expected);
});

it('without a ledger, epochs that nobody knows of may be missing since the folder was made', async () => {
  expect(
    await holes(
      [],
      [
        [3, 2],
        [3, 3],
      ],
    ),
  ).toEqual({ told: [], lostSince: BORN });
  expect(await holes([], [])).toEqual({ told: [], lostSince: BORN });
  // Nothing was held when it was written.
  expect(
    await holes(
      [],
      [
        [3, 1],
        [3, 3],
      ],
    ),
  ).toEqual({ told: [], lostSince: at(3, 1) });
});

it('with an earlier ledger, what came after it may be missing', async () => {
  const before = { ...emptyLedger('a boot'), epochs: [epoch(1, 1, 3)], lastTo: 10_777 };
  const since = async (left: readonly Left[]): Promise<number | undefined> => {
    await level.clear();
    for (const [order, number, change] of left) await level.put(...entry(order, number, change));
    return (await recount(level, before, { born: BORN, open: 0, unseen: [] })).lostSince;
  };
  expect(
    await since([
      [1, 1],
      [1, 2],
    ]),
  ).toBeUndefined();
  expect(
    await since([
      [1, 1],
      [1, 3],
    ]),
  ).toBe(10_777);
  expect(
    await since([
      [1, 1],
      [2, 9],
    ]),
  ).toBe(10_777);
});

it('leaves losses that were shown as they are', async () => {
  await level.clear();
  await level.put(...entry(1, 3));
  const numbers = [{ first: 7, last: 7 }];
  const shown = {
    cause: 'damaged',
    epoch: epoch(1, 1, 4).epoch,
    numbers,
    from: 1,
    to: 2,
    samples: 0,
  } as const;
  const before: Ledger = { ...emptyLedger('a boot'), epochs: [epoch(1, 2, 4)], losses: [shown] };
  const { ledger } = await recount(level, before, { born: BORN, open: 1, unseen: [] });
  expect(ledger.losses).toEqual([
    shown,
    { ...shown, numbers: [{ first: 2, last: 2 }], from: BORN, to: until(1, 3) },
  ]);
});

it('writes again what was sought in vain', async () => {
  await level.clear();
  for (const number of [1, 2, 3, 4]) await level.put(...entry(1, number));
  const before: Ledger = { ...emptyLedger('a boot'), epochs: [epoch(1, 1, 5)] };
  const unseen = [{ after: { order: 1, number: 1 }, before: { order: 1, number: 4 } }];
  const { mending, ledger } = await recount(level, before, { born: BORN, open: 0, unseen });
  const again = [2, 3].map((number) => entry(1, number));
  expect(mending).toEqual(again.map(([key, value]) => ({ type: 'put', key, value })));
  expect(ledger.losses).toEqual([]);
});
