/** Key files as `muster release keys create` writes them, only quickly derived. */
import { writeFile } from 'node:fs/promises';
import { publicText, sealKey } from '../../../collector/core/releases/key-file.ts';
import { newKeyPair } from '../../../protocol/tuf/keys.ts';

export const PASSPHRASE = 'correct horse';

/** The passphrase of a test guards nothing. */
const CHEAP = { N: 2 ** 8, r: 8, p: 1 };

/** Writes a key and, beside it as `.pub`, its public half; the answer is its id. */
export async function writeKey(file: string): Promise<string> {
  const key = newKeyPair();
  await writeFile(file, sealKey(key, PASSPHRASE, CHEAP), { mode: 0o600 });
  await writeFile(`${file}.pub`, publicText(key));
  return key.keyid;
}
