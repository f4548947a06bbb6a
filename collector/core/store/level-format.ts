/**
 * LevelDB's own checksums, which it does not look at when it reads: over each block of a table
 * (`.ldb`) and each record of a log (`.log`, `MANIFEST-*`), as CRC-32C rotated and shifted
 * ("masked"). What lies in a file but is not live data is damaged silently without this.
 */
import { crc32c } from './crc32c.ts';

const FOOTER = 48;
const MAGIC = Buffer.from('57fb808b247547db', 'hex');
const TRAILER = 5;
const LOG_BLOCK = 32_768;
const LOG_HEADER = 7;

/** What is wrong with a table file, `undefined` when nothing is. */
export function checkTable(bytes: Buffer): string | undefined {
  const bad = checkTableEnd(bytes, 0);
  if (bad !== undefined) return bad;
  const [, , indexAt, indexSize] = handles(bytes);
  // A compressed index cannot be followed here; the folders of this project have none.
  return bytes[indexAt + indexSize] === 0 ? checkBlocks(bytes, indexAt, indexSize) : undefined;
}

/** The same for the footer and the index alone: `end` is the file from `from` on. */
function checkTableEnd(end: Buffer, from: number): string | undefined {
  if (end.length < FOOTER) return 'shorter than a footer';
  if (!end.subarray(-8).equals(MAGIC)) return 'the footer is damaged';
  const [metaAt, metaSize, indexAt, indexSize] = handles(end);
  if (metaAt >= from && !intact(end, metaAt - from, metaSize))
    return `block at ${metaAt} is damaged`;
  if (indexAt >= from && !intact(end, indexAt - from, indexSize))
    return `block at ${indexAt} is damaged`;
  return undefined;
}

/** Position and size of the block of filters, then of the index. */
function handles(end: Buffer): [number, number, number, number] {
  return varints(end, end.length - FOOTER, 4) as [number, number, number, number];
}

/** Each entry of the index: varints shared, unshared, length; the key; position and size of a block. */
function checkBlocks(bytes: Buffer, indexAt: number, indexSize: number): string | undefined {
  const restarts = bytes.readUInt32LE(indexAt + indexSize - 4);
  const end = indexAt + indexSize - 4 - restarts * 4;
  for (let at = indexAt; at < end; ) {
    const [, unshared, length, head] = withLength(bytes, at, 3);
    const value = at + head + unshared;
    const [position, size] = varints(bytes, value, 2) as [number, number];
    if (!intact(bytes, position, size)) return `block at ${position} is damaged`;
    at = value + length;
  }
  return undefined;
}

function withLength(bytes: Buffer, at: number, count: number): [number, number, number, number] {
  const numbers = varints(bytes, at, count);
  let length = 0;
  for (let left = count; left > 0; length++) if ((bytes[at + length] ?? 0) < 0x80) left--;
  return [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 0, length];
}

function intact(bytes: Buffer, at: number, size: number): boolean {
  if (at + size + TRAILER > bytes.length) return false;
  return unmask(bytes.readUInt32LE(at + size + 1)) === crc32c(bytes.subarray(at, at + size + 1));
}

function varints(bytes: Buffer, from: number, count: number): number[] {
  const numbers: number[] = [];
  let at = from;
  for (let i = 0; i < count; i++) {
    let value = 0;
    let factor = 1;
    let byte = 0;
    do {
      byte = bytes[at++] ?? 0;
      value += (byte & 0x7f) * factor;
      factor *= 0x80;
    } while (byte >= 0x80 && factor < 2 ** 53);
    numbers.push(value);
  }
  return numbers;
}

/** What is wrong with a log file. One that ends in the middle of a record is what a kill leaves. */
export function checkLog(bytes: Buffer): string | undefined {
  for (let at = 0; at < bytes.length; ) {
    const left = LOG_BLOCK - (at % LOG_BLOCK);
    if (left < LOG_HEADER) {
      at += left;
      continue;
    }
    if (at + LOG_HEADER > bytes.length) return undefined;
    const length = bytes.readUInt16LE(at + 4);
    const type = bytes[at + 6] as number;
    if (type === 0 && length === 0) {
      at += left;
      continue;
    }
    if (length + LOG_HEADER > left) return `record at ${at} is damaged`;
    if (at + LOG_HEADER + length > bytes.length) return undefined;
    const content = bytes.subarray(at + 6, at + LOG_HEADER + length);
    if (unmask(bytes.readUInt32LE(at)) !== crc32c(content)) return `record at ${at} is damaged`;
    at += LOG_HEADER + length;
  }
  return undefined;
}

function unmask(masked: number): number {
  const rotated = (masked - 0xa282ead8) >>> 0;
  return ((rotated >>> 17) | (rotated << 15)) >>> 0;
}
