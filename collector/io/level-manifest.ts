/** LevelDB's list of files: the edits of a `MANIFEST-*`, applied one after the other. */

export interface Manifest {
  /** The oldest log that is not in tables yet; 0 after a repair. */
  readonly log: number;
  /** Tables in use, by number, with their sizes. */
  readonly tables: ReadonlyMap<number, number>;
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

/** `undefined` when a record is no edit, or there is none. */
export function readManifest(records: readonly Buffer[]): Manifest | undefined {
  const tables = new Map<number, number>();
  let log: number | undefined;
  for (const record of records) {
    const reader = new EditReader(record);
    while (!reader.done) {
      const tag = reader.varint();
      if (tag === TAG.log) log = reader.varint();
      else if (tag === TAG.newFile) addTable(reader, tables);
      else if (tag === TAG.deletedFile) {
        reader.varint();
        tables.delete(reader.varint());
      } else if (!reader.skip(tag)) return undefined;
    }
    if (reader.bad) return undefined;
  }
  return log === undefined ? undefined : { log, tables };
}

function addTable(reader: EditReader, tables: Map<number, number>): void {
  reader.varint();
  const number = reader.varint();
  tables.set(number, reader.varint());
  reader.text();
  reader.text();
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

  text(): void {
    const length = this.varint();
    this.at += length;
    if (this.at > this.bytes.length) this.bad = true;
  }

  /** Passes over a field that tells nothing of files; `false` when the tag is unknown. */
  skip(tag: number): boolean {
    if (tag === TAG.comparator) this.text();
    else if (tag === TAG.compactPointer) {
      this.varint();
      this.text();
    } else if (tag === TAG.nextFile || tag === TAG.lastSequence || tag === TAG.previousLog) {
      this.varint();
    } else return false;
    return true;
  }
}
