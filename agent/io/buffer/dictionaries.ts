/** Dictionaries and other small state by name, each with the moment of its writing in front. */
import type { Journal, Operation } from './journal.ts';
import { dictionaryKey } from './keys.ts';

const STAMP_BYTES = 8;

export async function putDictionary(
  journal: Journal,
  id: string,
  bytes: Uint8Array,
): Promise<void> {
  const value = Buffer.allocUnsafe(STAMP_BYTES + bytes.length);
  // The version only grows; the time of day may do anything.
  value.writeDoubleLE(journal.ledger.version, 0);
  value.set(bytes, STAMP_BYTES);
  const put: Operation = { type: 'put', key: dictionaryKey(id), value };
  await journal.commit({ operations: [put], ledger: journal.ledger });
}

export async function getDictionary(journal: Journal, id: string): Promise<Uint8Array | undefined> {
  const value = await journal.level.get(dictionaryKey(id));
  return value?.subarray(STAMP_BYTES);
}
