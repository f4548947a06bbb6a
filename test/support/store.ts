/** Helpers of the store's tests: a folder of one's own, blocks from plain arrays, bits of doubles. */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Labels, SampleStore, SeriesData } from '../../collector/ports.ts';
import type { Block } from '../../protocol/columns/block.ts';
import { folderOfTests } from './temp-folder.ts';

/** 2025-11-21T00:00:00Z */
export const MIDNIGHT = Date.UTC(2025, 10, 21);
export const EVER = [0, 8.64e15] as const;

export async function inFolder<T>(action: (path: string) => Promise<T>): Promise<T> {
  const path = mkdtempSync(join(folderOfTests, 'muster-store-'));
  try {
    return await action(path);
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

export function labels(name: string, more: Readonly<Record<string, string>> = {}): Labels {
  return new Map(Object.entries({ __name__: name, ...more }));
}

/** One row of times, then one array of values for each column; `undefined` is a hole. */
export function block(
  times: readonly number[],
  columns: readonly (readonly (number | undefined)[])[],
  firstAlias = 0,
): Block {
  const rows = times.length;
  const values = new Float64Array(rows * columns.length);
  const presence = new Map<number, Uint8Array>();
  for (const [c, column] of columns.entries()) {
    const bitmap = new Uint8Array((rows + 7) >> 3);
    for (const [r, value] of column.entries()) {
      if (value === undefined) continue;
      values[c * rows + r] = value;
      bitmap[r >> 3] = (bitmap[r >> 3] as number) | (1 << (r & 7));
    }
    if (column.includes(undefined)) presence.set(c, bitmap);
  }
  return { times: Float64Array.from(times), firstAlias, columns: columns.length, values, presence };
}

/** Ids of series `name{n="0"}`, `name{n="1"}`, ... of one owner. */
export function seriesIds(
  store: SampleStore,
  name: string,
  count: number,
  owner = 'device',
): Uint32Array {
  return Uint32Array.from({ length: count }, (_, n) =>
    store.resolve(
      labels(name, { n: String(n), instance: owner }),
      { type: 'gauge', unit: '' },
      owner,
    ),
  );
}

export function bits(values: Float64Array): string[] {
  const words = new BigUint64Array(
    values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength),
  );
  return Array.from(words, (word) => word.toString(16));
}

export function points({
  times,
  values,
}: Pick<SeriesData, 'times' | 'values'>): [number, number][] {
  return Array.from(times, (time, i) => [time, values[i] as number]);
}
