/** Dictionaries and other small state by name, each with the moment of its writing in front. */
import type { Journal } from './journal.ts';
import { DICTIONARY_RANGE, dictionaryKey } from './keys.ts';
import type { Operation } from './level.ts';

const STAMP_BYTES = 8;
const DICTIONARY_ID = /^[0-9a-f]{16}$/;

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
  const others = DICTIONARY_ID.test(id) ? await unneeded(journal, dictionaryKey(id)) : [];
  const drop = others.map((key): Operation => ({ type: 'del', key }));
  await journal.commit({ operations: [...drop, put], ledger: journal.ledger });
}

/**
 * Each start makes a new dictionary. While no record is held none can name an older one; those that
 * are left behind with records go with the generation (see `generation.ts`), or here next time.
 */
async function unneeded(journal: Journal, current: Buffer): Promise<readonly Buffer[]> {
  if (journal.ledger.records > 0) return [];
  const keys = await journal.level.keys(DICTIONARY_RANGE).all();
  return keys.filter((key) => isDictionary(key) && !key.equals(current));
}

/** Rather than other small state under a name. */
function isDictionary(key: Buffer): boolean {
  return DICTIONARY_ID.test(key.toString('utf8', DICTIONARY_RANGE.gte.length));
}

export async function getDictionary(journal: Journal, id: string): Promise<Uint8Array | undefined> {
  const value = await journal.level.get(dictionaryKey(id));
  return value?.subarray(STAMP_BYTES);
}
