/**
 * Verified metadata below one folder, a folder for each repository: `MetadataFolder` of
 * `ports/trust.ts`. Names are encoded, so that no name of a role leads elsewhere.
 */
import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { roleOf } from '../../core/trust/kept.ts';
import type { MetadataFolder } from '../../ports/trust.ts';
import { renameDurably, syncPath, unlessMissing } from '../updates/durable.ts';

const FOLDER_MODE = 0o750;
const FILE_MODE = 0o640;
/** No encoded name of metadata begins so. */
const DRAFT = '%draft';

export function createMetadataFolder(folder: string): MetadataFolder {
  return {
    async keep(repository, files) {
      const own = join(folder, repository);
      await mkdir(own, { recursive: true, mode: FOLDER_MODE });
      for (const [file, text] of files) await put(own, encodeURIComponent(file), text);
      if (await prune(own, files)) await syncPath(own);
    },
  };
}

async function put(folder: string, name: string, text: string): Promise<void> {
  const path = join(folder, name);
  if ((await readFile(path, 'utf8').catch(unlessMissing)) === text) return;
  const draft = join(folder, DRAFT);
  const file = await open(draft, 'w', FILE_MODE);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await renameDurably(draft, path);
}

/**
 * Older versions of these files. Roots stay, but for those above the newest: they are of a trust
 * that began elsewhere, and whoever begins with these would find them and be stuck.
 */
async function prune(folder: string, files: ReadonlyMap<string, string>): Promise<boolean> {
  const roles = new Set([...files.keys()].map(roleOf));
  const newest = Math.max(0, ...[...files.keys()].map(rootVersion));
  let isAny = false;
  for (const name of await readdir(folder)) {
    const file = decoded(name);
    const role = file === undefined ? undefined : roleOf(file);
    if (file === undefined || role === undefined) continue;
    if (role === 'root' && (newest === 0 || rootVersion(file) <= newest)) continue;
    if (files.has(file) || !roles.has(role)) continue;
    await rm(join(folder, name), { force: true });
    isAny = true;
  }
  return isAny;
}

function rootVersion(file: string): number {
  return Number(/^(\d{1,15})\.root\.json$/.exec(file)?.[1] ?? 0);
}

function decoded(name: string): string | undefined {
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}
