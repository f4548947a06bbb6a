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
import { renameDurably, syncPath, unlessMissing } from './durable.ts';
import { unpackInto } from './unpack.ts';

const PIECE = 262_144;

export function createDisk(): Disk {
  return {
    link: (path) => readlink(path).catch(unlessMissing),
    relink,
    names,
    exists: async (path) => (await lstat(path).catch(unlessMissing)) !== undefined,
    unpack,
    copy,
    async rename(from, to) {
      await renameDurably(from, to);
    },
    write,
    read: (path) => readFile(path, 'utf8').catch(unlessMissing),
    async remove(path) {
      await rm(path, { recursive: true, force: true, maxRetries: 3 });
      await syncPath(dirname(path)).catch(unlessMissing);
    },
    hash,
    free,
  };
}

/** What is not whole has a name that begins with a dot, and stands in the same folder. */
function draftOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.new`);
}

async function relink(path: string, target: string): Promise<void> {
  const draft = draftOf(path);
  await makeFolder(dirname(path));
  await rm(draft, { recursive: true, force: true });
  await symlink(target, draft);
  await renameDurably(draft, path);
}

async function unpack(archive: string, folder: string, limits: UnpackLimits): Promise<void> {
  const draft = draftOf(folder);
  await makeFolder(dirname(folder));
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o755 });
  try {
    await unpackInto(archive, draft, limits);
    await rm(folder, { recursive: true, force: true });
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

async function write(path: string, text: string): Promise<void> {
  await place(path, 0o644, (file) => file.writeFile(text));
}

async function place(
  path: string,
  mode: number,
  fill: (file: Awaited<ReturnType<typeof open>>) => Promise<void>,
): Promise<void> {
  const draft = draftOf(path);
  await makeFolder(dirname(path));
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

/** And its name in the folders above. */
async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o755 });
  if (first !== undefined) await syncPath(dirname(first));
}
