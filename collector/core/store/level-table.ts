/**
 * LevelDB's tables (`.ldb`): blocks of entries, a block of filters, an index of the blocks, a footer.
 * Each block has its checksum, so that damage is known by the block.
 */
import { maskedChecksum, varint } from './level-format.ts';

const FOOTER = 48;
const MAGIC = Buffer.from('57fb808b247547db', 'hex');
const TRAILER = 5;

/** What the index of a table says of a block of entries. */
interface TableBlock {
  /** No key of the block is above this one, and each of the next block is. */
  readonly last: Buffer;
  readonly at: number;
  /** Without the trailer of compression and checksum that follows it. */
  readonly size: number;
}

/** What is wrong with a table file, `undefined` when nothing is. */
export function checkTable(bytes: Buffer): string | undefined {
  if (bytes.length < FOOTER) return 'shorter than a footer';
  if (!bytes.subarray(-8).equals(MAGIC)) return 'the footer is damaged';
  const [filterAt, filterSize, indexAt, indexSize] = handles(bytes);
  if (!intact(bytes, filterAt, filterSize)) return damagedAt(filterAt);
  if (!intact(bytes, indexAt, indexSize)) return damagedAt(indexAt);
  for (const { at, size } of blocksOf(bytes) ?? [])
    if (!intact(bytes, at, size)) return damagedAt(at);
  return undefined;
}

/** What is intact of a damaged table, as a table. */
export interface Salvage {
  readonly bytes: Buffer;
  readonly blocks: number;
  readonly leftOut: number;
}

/** `undefined` when its index cannot be followed, or nothing that it leads to is as it was written. */
export function salvageTable(bytes: Buffer): Salvage | undefined {
  if (bytes.length < FOOTER || !bytes.subarray(-8).equals(MAGIC)) return undefined;
  const [, , indexAt, indexSize] = handles(bytes);
  if (!intact(bytes, indexAt, indexSize)) return undefined;
  const all = blocksOf(bytes) ?? [];
  const sound = all.filter(({ at, size }) => intact(bytes, at, size));
  if (sound.length === 0) return undefined;
  return {
    bytes: tableOf(bytes, sound),
    blocks: sound.length,
    leftOut: all.length - sound.length,
  };
}

/** No more than these blocks of another table: without filters, which go by the places of blocks. */
function tableOf(bytes: Buffer, blocks: readonly TableBlock[]): Buffer {
  const parts: Buffer[] = [];
  const entries: Buffer[] = [];
  let length = 0;
  for (const { last, at, size } of blocks) {
    const place = Buffer.from([...varint(length), ...varint(size)]);
    const head = Buffer.from([0, ...varint(last.length), ...varint(place.length)]);
    entries.push(Buffer.concat([head, last, place]));
    parts.push(bytes.subarray(at, at + size + TRAILER));
    length += size + TRAILER;
  }
  const [filters, index] = [blockOf([]), blockOf(entries)];
  const filterPlace = [length, filters.length - TRAILER];
  const indexPlace = [length + filters.length, index.length - TRAILER];
  const footer = Buffer.alloc(FOOTER);
  Buffer.from([...filterPlace, ...indexPlace].flatMap(varint)).copy(footer);
  MAGIC.copy(footer, FOOTER - MAGIC.length);
  return Buffer.concat([...parts, filters, index, footer]);
}

/** With its trailer. Every entry is a restart, and an empty block has one too. */
function blockOf(entries: readonly Buffer[]): Buffer {
  const restarts = [0];
  for (const { length } of entries.slice(0, -1)) restarts.push((restarts.at(-1) ?? 0) + length);
  const end = Buffer.alloc(restarts.length * 4 + 4 + TRAILER);
  for (const [n, restart] of restarts.entries()) end.writeUInt32LE(restart, n * 4);
  end.writeUInt32LE(restarts.length, restarts.length * 4);
  const block = Buffer.concat([...entries, end]);
  block.writeUInt32LE(maskedChecksum(block.subarray(0, -4)), block.length - 4);
  return block;
}

/** Position and size of the block of filters, then of the index. */
function handles(bytes: Buffer): [number, number, number, number] {
  return varints(bytes, bytes.length - FOOTER, 4) as [number, number, number, number];
}

/**
 * Each entry of the index: varints shared, unshared, length; the key; position and size of a block.
 * A compressed index cannot be followed here; the folders of this project have none.
 */
function blocksOf(bytes: Buffer): TableBlock[] | undefined {
  const [, , indexAt, indexSize] = handles(bytes);
  if (bytes[indexAt + indexSize] !== 0) return undefined;
  const blocks: TableBlock[] = [];
  const restarts = bytes.readUInt32LE(indexAt + indexSize - 4);
  const end = indexAt + indexSize - 4 - restarts * 4;
  for (let at = indexAt; at < end; ) {
    const [, unshared, length, head] = withLength(bytes, at, 3);
    const value = at + head + unshared;
    const [position, size] = varints(bytes, value, 2) as [number, number];
    blocks.push({ last: bytes.subarray(at + head, value), at: position, size });
    at = value + length;
  }
  return blocks;
}

function damagedAt(position: number): string {
  return `block at ${position} is damaged`;
}

function withLength(bytes: Buffer, at: number, count: number): [number, number, number, number] {
  const numbers = varints(bytes, at, count);
  let length = 0;
  for (let left = count; left > 0; length++) if ((bytes[at + length] ?? 0) < 0x80) left--;
  return [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 0, length];
}

function intact(bytes: Buffer, at: number, size: number): boolean {
  if (at + size + TRAILER > bytes.length) return false;
  return bytes.readUInt32LE(at + size + 1) === maskedChecksum(bytes.subarray(at, at + size + 1));
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
