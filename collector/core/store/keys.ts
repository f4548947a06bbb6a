/**
 * Keys of a partition (one LevelDB folder, one UTC day). All numbers are big endian, so that byte
 * order is number order.
 *
 * | first byte | rest | value |
 * |---|---|---|
 * | 00 | name | facts about the partition (`partition-facts.ts`) |
 * | 01 | group (8) | what a head group has written: its journal mark and its series (`group-record.ts`) |
 * | 02 | group (8), number u16 | rows of a head that are not a chunk yet (`staged.ts`) |
 * | 03 | hour u8, group (8) | this hour of these series has no 1h rollup yet, or an outdated one |
 * | 04 | group (8) | the same for the 1m rollups of the day |
 * | 05 | window u8 | the window has chunks that compaction has not seen |
 * | 10 + window | order u32 | instants that several chunks of the window share |
 * | 20 + window | metric u32, series u32, order u32 | a chunk (`chunk.ts`) |
 *
 * The window comes first so that new data lies at the end of the key space, which LevelDB likes,
 * and one metric over the whole fleet in some hours is one range; metric and series next, so that
 * one series is an exact prefix. `order` rises with every write to the partition: where two chunks
 * hold the same instant, the higher order has the later word.
 */
import { WINDOWS } from './calendar.ts';

export const KIND = { fact: 0, group: 1, staged: 2, dirtyHour: 3, dirtyDay: 4, loose: 5 } as const;
const TIMES = 0x10;
const CHUNK = 0x20;

export const CHUNK_KEY_BYTES = 13;

export interface ChunkKey {
  readonly window: number;
  readonly metric: number;
  readonly series: number;
  readonly order: number;
}

export interface KeyRange {
  readonly gte: Uint8Array;
  readonly lt: Uint8Array;
}

export function chunkKey(
  window: number,
  metric: number,
  series: number,
  order: number,
  key = new Uint8Array(CHUNK_KEY_BYTES),
): Uint8Array {
  key[0] = CHUNK + window;
  putU32(key, 1, metric);
  putU32(key, 5, series);
  putU32(key, 9, order);
  return key;
}

export function parseChunkKey(key: Uint8Array): ChunkKey | undefined {
  const window = (key[0] ?? 0) - CHUNK;
  if (key.length !== CHUNK_KEY_BYTES || window < 0 || window >= WINDOWS) return undefined;
  return { window, metric: getU32(key, 1), series: getU32(key, 5), order: getU32(key, 9) };
}

export function timesKey(window: number, order: number): Uint8Array {
  const key = new Uint8Array(5);
  key[0] = TIMES + window;
  putU32(key, 1, order);
  return key;
}

export function parseTimesKey(key: Uint8Array): { window: number; order: number } | undefined {
  const window = (key[0] ?? 0) - TIMES;
  if (key.length !== 5 || window < 0 || window >= WINDOWS) return undefined;
  return { window, order: getU32(key, 1) };
}

export function groupKey(kind: number, group: string, middle?: number): Uint8Array {
  const bytes = Buffer.from(group, 'hex');
  if (middle === undefined) return Buffer.concat([Uint8Array.of(kind), bytes]);
  return kind === KIND.dirtyHour
    ? Buffer.concat([Uint8Array.of(kind, middle), bytes])
    : Buffer.concat([Uint8Array.of(kind), bytes, Uint8Array.of(middle >> 8, middle & 0xff)]);
}

export function factKey(name: string): Uint8Array {
  return Buffer.concat([Uint8Array.of(KIND.fact), Buffer.from(name)]);
}

/** All keys that begin with these bytes. */
export function prefixRange(prefix: Uint8Array): KeyRange {
  const lt = prefix.slice();
  let last = lt.length - 1;
  while (last > 0 && lt[last] === 0xff) last--;
  lt[last] = (lt[last] as number) + 1;
  return { gte: prefix, lt: lt.subarray(0, last + 1) };
}

export function chunkPrefix(window: number, metric?: number, series?: number): Uint8Array {
  const key = chunkKey(window, metric ?? 0, series ?? 0, 0);
  return key.subarray(0, metric === undefined ? 1 : series === undefined ? 5 : 9);
}

export function timesPrefix(window: number): Uint8Array {
  return Uint8Array.of(TIMES + window);
}

export function putU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = (value >>> 16) & 0xff;
  bytes[at + 2] = (value >>> 8) & 0xff;
  bytes[at + 3] = value & 0xff;
}

export function getU32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0
  );
}
