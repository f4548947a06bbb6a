/** Files that a check names: certificates, passwords. What cannot be read is said by its path. */
import { resolve } from 'node:path';
import type { CheckContext } from '../check.ts';

type Folder = Pick<CheckContext, 'host' | 'folder'>;

export async function readText(path: string, what: string, context: Folder): Promise<string> {
  const place = resolve(context.folder, path);
  const text = await context.host.read(place);
  if (text === undefined) {
    throw new Error(`the ${what} ${place} cannot be read: it must exist and be readable for me`);
  }
  return text;
}

/** The first line, as password files have it; absent when no file is named. */
export async function readSecret(
  path: string | undefined,
  what: string,
  context: Folder,
): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const [line = ''] = (await readText(path, what, context)).split(/\r?\n/, 1);
  if (line === '') throw new Error(`the ${what} ${path} is empty`);
  return line;
}
