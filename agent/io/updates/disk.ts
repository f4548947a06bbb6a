/** The real `Disk` of `ports/updates.ts`: whatever resolves is there after a power cut. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  readlink,
  rm,
  statfs,
  symlink,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Disk, UnpackLimits } from '../../ports/updates.ts';
import { Folders, renameDurably, syncPath, unlessMissing } from './durable.ts';
import { unpackInto } from './unpack.ts';

const PIECE = 262_144;

export function createDisk(): Disk {
  const folders = new Folders();
  const placeFor = (path: string) => folders.make(dirname(path), 0o755);
  return {
    link: (path) => readlink(path).catch(unlessMissing),
    async relink(path, target) {
      await placeFor(path);
      if ((await readlink(path).catch(() => '')) === target) return syncPath(dirname(path));
      await relink(path, target);
    },
    names,
    exists: async (path) => (await lstat(path).catch(unlessMissing)) !== undefined,
    async unpack(archive, folder, limits) {
      await placeFor(folder);
      if ((await lstat(folder).catch(unlessMissing)) !== undefined)
        return syncPath(dirname(folder));
      await unpack(archive, folder, limits);
    },
    async copy(from, to, mode) {
      await placeFor(to);
      await copy(from, to, mode);
    },
    async rename(from, to) {
      await renameDurably(from, to);
    },
    settle: (path) => syncPath(dirname(path)),
    async write(path, text) {
      await placeFor(path);
      await place(path, 0o644, (file) => file.writeFile(text));
    },
    read: (path) => readFile(path, 'utf8').catch(unlessMissing),
    remove,
    hash,
    free,
  };
}

/** What is not whole has a name that begins with a dot, and stands in the same folder. */
function draftOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.new`);
}

/** A folder loses its name before it is emptied: half of it would pass for the whole. */
async function remove(path: string): Promise<void> {
  const going = join(dirname(path), `.${basename(path)}.gone`);
  await rm(going, { recursive: true, force: true, maxRetries: 3 });
  const found = await lstat(path).catch(unlessMissing);
  if (found?.isDirectory() === true) {
    await renameDurably(path, going);
    await rm(going, { recursive: true, force: true, maxRetries: 3 });
  } else await rm(path, { force: true });
  await syncPath(dirname(path)).catch(unlessMissing);
}

async function relink(path: string, target: string): Promise<void> {
  const draft = draftOf(path);
  await rm(draft, { recursive: true, force: true });
  await symlink(target, draft);
  await renameDurably(draft, path);
}

async function unpack(archive: string, folder: string, limits: UnpackLimits): Promise<void> {
  const draft = draftOf(folder);
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o755 });
  try {
    await unpackInto(archive, draft, limits);
    await renameDurably(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
}

async function copy(from: string, to: string, mode: number | undefined): Promise<void> {
  const source = await open(from, 'r');
  try {
    const known = (await source.stat()).mode & 0o7777;
    await place(to, mode ?? known, async (file) => {
      const buffer = Buffer.alloc(PIECE);
      for (;;) {
        const { bytesRead } = await source.read(buffer, 0, PIECE);
        if (bytesRead === 0) return;
        await file.writeFile(buffer.subarray(0, bytesRead));
      }
    });
  } finally {
    await source.close();
  }
}

async function place(
  path: string,
  mode: number,
  fill: (file: Awaited<ReturnType<typeof open>>) => Promise<void>,
): Promise<void> {
  const draft = draftOf(path);
  await rm(draft, { recursive: true, force: true });
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await fill(file);
      await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    await renameDurably(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw error;
  }
}

async function names(folder: string): Promise<readonly string[]> {
  const found = (await readdir(folder).catch(unlessMissing)) ?? [];
  const aged = await Promise.all(
    found.map(async (name) => ({ name, at: (await lstat(join(folder, name))).mtimeMs })),
  );
  return aged.toSorted((a, b) => a.at - b.at).map(({ name }) => name);
}

async function hash(path: string): Promise<string | undefined> {
  const sum = createHash('sha256');
  try {
    for await (const piece of createReadStream(path)) sum.update(piece as Buffer);
    return sum.digest('hex');
  } catch (error) {
    return unlessMissing(error);
  }
}

/** Of the nearest folder above that is there. */
async function free(path: string): Promise<number> {
  for (let at = path; ; at = dirname(at)) {
    const found = await statfs(at).catch(unlessMissing);
    if (found !== undefined) return found.bavail * found.bsize;
    if (at === dirname(at)) return 0;
  }
}
