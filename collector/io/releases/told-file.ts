/** What a device was told last, as it is kept: under a checksum, since all of it is signed again and again. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Told } from '../../core/releases/director.ts';
import { absent } from './director-keys.ts';
import { writeSecret } from './write-secret.ts';

export function writeTold(path: string, told: Told): Promise<void> {
  const text = JSON.stringify(told);
  return writeSecret(path, `${sum(text)}\n${text}`);
}

/** `undefined` where there is nothing, `damaged` for what was not written so. */
export async function readTold(path: string): Promise<Told | 'damaged' | undefined> {
  const bytes = await readFile(path, 'utf8').catch(absent);
  if (bytes === undefined) return undefined;
  const end = bytes.indexOf('\n');
  const text = bytes.slice(end + 1);
  return end > 0 && bytes.slice(0, end) === sum(text) ? (JSON.parse(text) as Told) : 'damaged';
}

function sum(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
