/**
 * LevelDB's own checksums, which it does not look at when it reads: over each block of a table
 * (`level-table.ts`) and each record of a log (`.log`, `MANIFEST-*`), as CRC-32C rotated and shifted
 * ("masked"). What lies in a file but is not live data is damaged silently without this.
 */
import { crc32c } from './crc32c.ts';

const LOG_BLOCK = 32_768;
const LOG_HEADER = 7;

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
    if (bytes.readUInt32LE(at) !== maskedChecksum(content)) return `record at ${at} is damaged`;
    at += LOG_HEADER + length;
  }
  return undefined;
}

/** As LevelDB stores a checksum of what may hold checksums itself. */
export function maskedChecksum(bytes: Buffer): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** A number in seven bits a byte, the low ones first. */
export function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value % 0x80) | 0x80);
  return [...bytes, value];
}
