/**
 * Keys of the buffer's database. Records sort by (epoch order, number), which is their age, and
 * carry their epoch, so that they keep their name even when everything else in the folder is lost.
 */
/** The ledger. It sorts before all records: see docs/decisions/0007-buffer.md. */
export const LEDGER_KEY = Buffer.from([0]);

const DICTIONARY = 1;
const RECORD = 2;
const RECORD_KEY_BYTES = 19;

export const DICTIONARY_RANGE = { gte: Buffer.from([DICTIONARY]), lt: Buffer.from([RECORD]) };
export const RECORD_RANGE = { gte: Buffer.from([RECORD]), lt: Buffer.from([RECORD + 1]) };

/** Where a record stands: orders count the epochs of this folder, oldest lowest. */
export interface Place {
  readonly order: number;
  readonly epoch: string;
  readonly number: number;
}

export function recordKey({ order, epoch, number }: Place): Buffer {
  const key = Buffer.allocUnsafe(RECORD_KEY_BYTES);
  key[0] = RECORD;
  key.writeUInt32BE(order, 1);
  key.write(epoch, 5, 8, 'hex');
  key.writeUIntBE(number, 13, 6);
  return key;
}

/** `undefined` when damage made it something else. */
export function readRecordKey(key: Buffer): Place | undefined {
  if (key.length !== RECORD_KEY_BYTES || key[0] !== RECORD) return undefined;
  return {
    order: key.readUInt32BE(1),
    epoch: key.toString('hex', 5, 13),
    number: key.readUIntBE(13, 6),
  };
}

export function dictionaryKey(id: string): Buffer {
  return Buffer.concat([DICTIONARY_RANGE.gte, Buffer.from(id, 'utf8')]);
}

export function comparePlaces(
  a: { readonly order: number; readonly number: number },
  b: { readonly order: number; readonly number: number },
): number {
  return a.order - b.order || a.number - b.number;
}
