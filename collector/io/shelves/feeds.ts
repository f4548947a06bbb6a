/** Feeds: one folder of files, by name. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type FeedEntry, type FeedShelf, type KeptFile, ShelfError } from '../../ports/shelves.ts';
import { DRAFT, keptFile, writeWhole } from './whole-file.ts';

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,127}$/;
const MAX_BYTES = 256 * 1024 * 1024;

export function openFeeds(folder: string): FeedShelf {
  // A digest costs a reading of the file: one for each version of it.
  const known = new Map<string, { readonly stamp: string; readonly file: KeptFile }>();

  async function entry(name: string): Promise<FeedEntry | undefined> {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found === undefined || !found.isFile()) return undefined;
    return { name, bytes: found.size, modifiedAt: Math.round(found.mtimeMs) };
  }

  async function get(name: string): Promise<KeptFile | undefined> {
    if (!NAME.test(name)) return undefined;
    const found = await entry(name);
    if (found === undefined) return undefined;
    const stamp = `${found.bytes} ${found.modifiedAt}`;
    const before = known.get(name);
    if (before?.stamp === stamp) return before.file;
    const file = await keptFile(join(folder, name));
    if (file !== undefined) known.set(name, { stamp, file });
    return file;
  }

  return {
    async list() {
      const names = await readdir(folder).catch(() => []);
      const feeds = names.filter((name) => NAME.test(name) && !name.startsWith(DRAFT));
      const entries = await Promise.all(feeds.sort().map(entry));
      return entries.filter((one) => one !== undefined);
    },
    get,
    async put(name, content) {
      if (!NAME.test(name)) throw new ShelfError('bad-name', JSON.stringify(name));
      await writeWhole(join(folder, name), content, MAX_BYTES, () => undefined);
      known.delete(name);
      return (await entry(name)) as FeedEntry;
    },
    async remove(name) {
      if ((await get(name)) === undefined) return false;
      await rm(join(folder, name), { force: true });
      known.delete(name);
      return true;
    },
  };
}
