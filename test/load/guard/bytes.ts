/** Bytes a point on the wire and on disk, of the recorded trace and of a seeded fleet. */
import { join } from 'node:path';
import { DAY, HOUR, MINUTE } from '../../../collector/core/store/calendar.ts';
import { openLevelStore } from '../../../collector/io/store/level-store.ts';
import { encodeBatch, encodeBody } from '../../../protocol/messages/batch.ts';
import { dictionaryId, encodeSchema } from '../../../protocol/messages/schema.ts';
import { bytesIn } from '../peers/peer.ts';
import { INTERVAL, makeFleet } from '../store/fleet.ts';
import { dictionary, readTrace, traceBlock } from '../wire/trace.ts';

const SERIES = 80;
const ROWS = 6;
const START = Math.floor(Date.UTC(2025, 10, 21) / DAY) * DAY;

export function wireBytes(): Record<string, number> {
  const trace = readTrace();
  const series = dictionary(trace, 1);
  const schema = dictionaryId(encodeSchema(series));
  const counts: Record<string, number> = {};
  for (const rows of [1, 6, 30]) {
    let bytes = 0;
    let taken = 0;
    for (let from = 0; from + rows <= trace.times.length; from += rows) {
      const block = traceBlock(trace, from, rows);
      const wall = block.times[0] ?? 0;
      const ids = { epoch: '0102030405060708', boot: 'aabbccddeeff0011' };
      const numbers = { number: 70_000, low: 69_990, mono: 4_000_000_000 };
      const header = { ...ids, ...numbers, wall, clock: 1 as const };
      const body = encodeBody([block], wall, series);
      bytes += encodeBatch({ header, schema, body }).length;
      taken += rows;
    }
    counts[`wire: bytes a point, ${rows} row(s)`] = bytes / taken / trace.series.length;
  }
  return counts;
}

export async function diskBytes(folder: string): Promise<Record<string, number>> {
  return {
    'disk: bytes a point, 20 minutes': await stored(join(folder, '20m'), 40, 20 * MINUTE),
    'disk: bytes a point, 8 hours': await stored(join(folder, '8h'), 5, 8 * HOUR),
  };
}

async function stored(path: string, devices: number, span: number): Promise<number> {
  const store = await openLevelStore({ path });
  const fleet = makeFleet(store, devices, SERIES, START);
  let seq = 0;
  for (let row = 0; row < span / INTERVAL; row += ROWS) {
    for (let device = 0; device < devices; device++)
      store.append(++seq, fleet.ids[device] as Uint32Array, [fleet.block(device, ROWS)]);
    if (row % (10 * ROWS) === 9 * ROWS) await store.checkpoint();
  }
  await store.checkpoint();
  for (let now = START + span; now <= START + span + 3 * HOUR; now += 10 * MINUTE)
    for (let i = 0; i < 10; i++) await store.maintain(now);
  await store.close();
  return bytesIn(path) / (devices * SERIES * (span / INTERVAL));
}
