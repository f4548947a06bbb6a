/** Reads the folder of facts at the start: what is sound is taken, what is not is set aside. */
import { lstat, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Folders } from '../updates/durable.ts';
import { FACT_NAME, MOST_BYTES, NEW, type SetAside, unsealed } from './format.ts';

/** Inside the folder, and no group, since it begins with a dot. Later finds replace earlier ones. */
const ASIDE = '.damaged';

type Report = (what: SetAside) => void;

export async function readFacts(folder: string, report: Report): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  const folders = new Folders();
  for (const group of await namesIn(folder, folders, report)) {
    if (group === ASIDE) continue;
    const path = join(folder, group);
    const kind = FACT_NAME.test(group) ? await kindOf(path) : 'other';
    if (kind === 'folder') await readGroup(folder, group, folders, texts, report);
    else await setAside(folder, group, 'it is not a group of facts', report);
  }
  return texts;
}

async function readGroup(
  folder: string,
  group: string,
  folders: Folders,
  texts: Map<string, string>,
  report: Report,
): Promise<void> {
  for (const key of await namesIn(join(folder, group), folders, report)) {
    const name = `${group}/${key}`;
    if (key.startsWith('.') && key.endsWith(NEW)) {
      // What a kill left of a put that was never said to be done.
      await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined);
      continue;
    }
    const read = FACT_NAME.test(key) ? await readFact(join(folder, name)) : { why: 'odd name' };
    if ('text' in read) texts.set(name, read.text);
    else await setAside(folder, name, read.why, report);
  }
}

async function readFact(
  path: string,
): Promise<{ readonly text: string } | { readonly why: string }> {
  try {
    const found = await lstat(path);
    if (!found.isFile()) return { why: 'it is not a file' };
    if (found.size > MOST_BYTES) return { why: `it has more than ${MOST_BYTES} bytes` };
    return unsealed(await readFile(path));
  } catch (error) {
    return { why: `it cannot be read: ${(error as Error).message}` };
  }
}

async function setAside(folder: string, path: string, why: string, report: Report): Promise<void> {
  const to = join(folder, ASIDE, path.replaceAll('/', '.'));
  try {
    await mkdir(join(folder, ASIDE), { recursive: true, mode: 0o700 });
    await rm(to, { recursive: true, force: true });
    await rename(join(folder, path), to);
    report({ path, why, to });
  } catch {
    report({ path, why });
  }
}

/** Names in a folder, which is made when it is missing; whatever else stands there is set aside. */
async function namesIn(path: string, folders: Folders, report: Report): Promise<readonly string[]> {
  try {
    if ((await kindOf(path)) === 'other') {
      const to = `${path}.damaged`;
      await rm(to, { recursive: true, force: true });
      await rename(path, to);
      report({ path, why: 'it is not a folder', to });
    }
    await mkdir(path, { recursive: true, mode: 0o700 });
    // A name that cannot be synced is no reason to forget what is in it.
    await folders.make(path, 0o700).catch(() => undefined);
    return (await readdir(path)).sort();
  } catch (error) {
    report({ path, why: `it cannot be read: ${(error as Error).message}` });
    return [];
  }
}

async function kindOf(path: string): Promise<'folder' | 'other' | 'none'> {
  try {
    return (await lstat(path)).isDirectory() ? 'folder' : 'other';
  } catch {
    return 'none';
  }
}
