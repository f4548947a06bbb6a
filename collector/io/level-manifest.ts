/** LevelDB's list of files: the edits of a `MANIFEST-*`, applied one after the other, and as one edit. */
import { varint } from '../core/store/level-format.ts';

export interface ListedTable {
  readonly level: number;
  readonly size: number;
  /** Its first and its last key. */
  readonly range: readonly [Buffer, Buffer];
}

export interface Manifest {
  readonly comparator: Buffer;
  /** The oldest log that is not in tables yet; 0 after a repair. */
  readonly log: number;
  readonly previousLog: number;
  readonly nextFile: number;
  readonly lastSequence: number;
  /** Where the next compaction of a level begins. */
  readonly pointers: ReadonlyMap<number, Buffer>;
  /** Tables in use, by number. */
  readonly tables: ReadonlyMap<number, ListedTable>;
  /** Tables that were merged into others. Their files may still be there. */
  readonly merged: ReadonlySet<number>;
}

/** Tags of the fields of an edit, as LevelDB's `version_edit.cc` has them. */
const TAG = {
  comparator: 1,
  log: 2,
  nextFile: 3,
  lastSequence: 4,
  compactPointer: 5,
  deletedFile: 6,
  newFile: 7,
  previousLog: 9,
} as const;

/** `undefined` when a record is no edit, or something is missing. */
export function readManifest(records: readonly Buffer[]): Manifest | undefined {
  const numbers = new Map<number, number>();
  const pointers = new Map<number, Buffer>();
  const tables = new Map<number, ListedTable>();
  const merged = new Set<number>();
  let comparator: Buffer | undefined;
  for (const record of records) {
    const reader = new EditReader(record);
    while (!reader.done) {
      const tag = reader.varint();
      if (tag === TAG.comparator) comparator = reader.text();
      else if (tag === TAG.newFile) addTable(reader, tables);
      else if (tag === TAG.compactPointer) pointers.set(reader.varint(), reader.text());
      else if (tag === TAG.deletedFile) {
        reader.varint();
        const number = reader.varint();
        tables.delete(number);
        merged.add(number);
      } else if (NUMBERS.has(tag)) numbers.set(tag, reader.varint());
      else return undefined;
    }
    if (reader.bad) return undefined;
  }
  const log = numbers.get(TAG.log);
  const nextFile = numbers.get(TAG.nextFile);
  const lastSequence = numbers.get(TAG.lastSequence);
  if (log === undefined || nextFile === undefined || lastSequence === undefined) return undefined;
  if (comparator === undefined) return undefined;
  const previousLog = numbers.get(TAG.previousLog) ?? 0;
  return { comparator, log, previousLog, nextFile, lastSequence, pointers, tables, merged };
}

const NUMBERS: ReadonlySet<number> = new Set([
  TAG.log,
  TAG.nextFile,
  TAG.lastSequence,
  TAG.previousLog,
]);

/** All of it as one edit. */
export function manifestRecord(manifest: Manifest): Buffer {
  const { comparator, pointers, tables } = manifest;
  const parts = [field(TAG.comparator), text(comparator)];
  parts.push(field(TAG.log, manifest.log), field(TAG.previousLog, manifest.previousLog));
  parts.push(field(TAG.nextFile, manifest.nextFile));
  parts.push(field(TAG.lastSequence, manifest.lastSequence));
  for (const [level, key] of pointers) parts.push(field(TAG.compactPointer, level), text(key));
  for (const [number, { level, size, range }] of tables)
    parts.push(field(TAG.newFile, level, number, size), ...range.map(text));
  return Buffer.concat(parts);
}

function field(...numbers: readonly number[]): Buffer {
  return Buffer.from(numbers.flatMap(varint));
}

function text(bytes: Buffer): Buffer {
  return Buffer.concat([field(bytes.length), bytes]);
}

function addTable(reader: EditReader, tables: Map<number, ListedTable>): void {
  const level = reader.varint();
  const number = reader.varint();
  const size = reader.varint();
  tables.set(number, { level, size, range: [reader.text(), reader.text()] });
}

class EditReader {
  bad = false;
  private at = 0;
  private readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  varint(): number {
    let value = 0;
    for (let factor = 1; factor < 2 ** 63; factor *= 0x80) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    this.bad = true;
    return 0;
  }

  text(): Buffer {
    const length = this.varint();
    const from = this.at;
    this.at += length;
    if (this.at > this.bytes.length) this.bad = true;
    return this.bytes.subarray(from, this.at);
  }
}
