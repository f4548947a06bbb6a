/**
 * Rollups of one series and one day, in `rollups/<step>/<YYYY-MM>/`.
 * Key: metric u32, series u32, day u32. Value: byte form (0 plain, 1 deflated); body; CRC-32 of key
 * and all before. Body: varint rows; their starts (`times.ts`, from the day's); the columns count,
 * sum, min, max, last, increase as in `protocol/columns`.
 */
import { inflateRawSync } from 'node:zlib';
import { ByteReader } from '../../../protocol/bytes/reader.ts';
import { ByteWriter } from '../../../protocol/bytes/writer.ts';
import { encodeColumn } from '../../../protocol/columns/encode.ts';
import { DAY, MINUTE } from './calendar.ts';
import { checkRecord, deflateBody, FORM, sealRecord } from './chunk.ts';
import { readColumn } from './column.ts';
import { putU32 } from './keys.ts';
import type { RollupColumns } from './model.ts';
import { COLUMNS, mapColumns } from './rollup.ts';
import { decodeTimes, encodeTimes } from './times.ts';

const MAX_ROWS = DAY / MINUTE;
/** Shorter bodies do not gain from deflate. */
const WORTH_DEFLATING = 200;

const out = new ByteWriter();

export function rollupKey(metric: number, series: number, day: number): Uint8Array {
  const key = new Uint8Array(12);
  putU32(key, 0, metric);
  putU32(key, 4, series);
  putU32(key, 8, day);
  return key;
}

export function encodeRollup(key: Uint8Array, rollup: RollupColumns, day: number): Uint8Array {
  const { times } = rollup;
  out.reset();
  out.varint(times.length);
  encodeTimes(out, times, 0, times.length, day * DAY);
  for (const name of COLUMNS) encodeColumn(out, rollup[name], times.length, undefined, undefined);
  const plain = out.take();
  const deflated = plain.length < WORTH_DEFLATING ? undefined : deflateBody(plain);
  out.reset();
  out.byte(deflated === undefined ? FORM.plain : FORM.deflated);
  out.raw(deflated ?? plain);
  return sealRecord(out, key);
}

export function decodeRollup(
  key: Uint8Array,
  record: Uint8Array,
  day: number,
): RollupColumns | undefined {
  const content = checkRecord(key, record);
  const body = content === undefined ? undefined : openBody(content);
  if (body === undefined) return undefined;
  const input = new ByteReader(body);
  const rows = input.varint();
  if (rows < 1 || rows > MAX_ROWS) return undefined;
  const times = decodeTimes(input, rows, day * DAY);
  if (times === undefined) return undefined;
  let whole = true;
  const rollup = mapColumns((name) => {
    if (name === 'times') return times;
    const values = new Float64Array(rows);
    whole = readColumn(input, input.byte(), values, 0, rows) && whole;
    return values;
  });
  return whole && !input.broken ? rollup : undefined;
}

function openBody(content: Uint8Array): Uint8Array | undefined {
  const body = content.subarray(1);
  if (content[0] === FORM.plain) return body;
  try {
    return inflateRawSync(body, { maxOutputLength: MAX_ROWS * 80 });
  } catch {
    return undefined;
  }
}
