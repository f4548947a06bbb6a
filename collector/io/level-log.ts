/** The records of a LevelDB log (`.log`, `MANIFEST-*`), put together from its blocks, and cut for them. */
import { maskedChecksum } from '../core/store/level-format.ts';

const BLOCK = 32_768;
const HEADER = 7;
const FULL = 1;
const FIRST = 2;
const MIDDLE = 3;
const LAST = 4;

export interface LogContent {
  readonly records: readonly Buffer[];
  /** Why there may have been more than these. */
  readonly problem: string | undefined;
}

/** Checksums are not looked at: LevelDB does that, and `checkLog`. */
export function logRecords(bytes: Buffer): LogContent {
  const records: Buffer[] = [];
  let parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const left = BLOCK - (at % BLOCK);
    if (left < HEADER) {
      at += left;
      continue;
    }
    if (at + HEADER > bytes.length) return { records, problem: torn(at) };
    const length = bytes.readUInt16LE(at + 4);
    const type = bytes[at + 6] as number;
    const end = at + HEADER + length;
    // LevelDB passes over zeros to the next block without a word.
    if (type < FULL || type > LAST) return { records, problem: `is damaged at ${at}` };
    if (length + HEADER > left) return { records, problem: `is damaged at ${at}` };
    if (end > bytes.length) return { records, problem: torn(at) };
    if (type === FULL || type === FIRST) parts = [];
    parts.push(bytes.subarray(at + HEADER, end));
    if (type === FULL || type === LAST) {
      records.push(Buffer.concat(parts));
      parts = [];
    }
    at = end;
  }
  return { records, problem: parts.length === 0 ? undefined : torn(bytes.length) };
}

function torn(at: number): string {
  return `ends in the middle of a record at ${at}: the power was cut, or its end is lost`;
}

/** A log of one record. */
export function logOf(record: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < record.length || at === 0; ) {
    const content = record.subarray(at, at + BLOCK - HEADER);
    const end = at + content.length;
    const begins = at === 0;
    const ends = end === record.length;
    const type = begins ? (ends ? FULL : FIRST) : ends ? LAST : MIDDLE;
    const fragment = Buffer.concat([Buffer.alloc(HEADER), content]);
    fragment.writeUInt16LE(content.length, 4);
    fragment[6] = type;
    fragment.writeUInt32LE(maskedChecksum(fragment.subarray(6)), 0);
    parts.push(fragment);
    at = end;
    if (ends) break;
  }
  return Buffer.concat(parts);
}
