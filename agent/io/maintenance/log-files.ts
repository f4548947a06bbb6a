/** Log files put aside: packed, or copied and emptied, so that a kill at any point loses no line. */
import { constants } from 'node:fs';
import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { packed } from './gzip.ts';
import type { HeldFolder } from './held-folder.ts';

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants;
const PIECE_BYTES = 64 * 1024;
const PARTIAL = '.muster-partial';

export async function compressFile(
  held: HeldFolder,
  from: string,
  to: string,
  signal: AbortSignal,
): Promise<boolean> {
  await using source = await open(held.at(from), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  const before = await source.stat();
  if (!before.isFile()) throw new Error(`${from} is no plain file`);
  const partial = `${to}${PARTIAL}`;
  await writePartial(held, partial, before, async (target) => {
    for await (const piece of packed(pieces(source, signal))) await writeAll(target, piece);
  });
  const after = await source.stat();
  if (after.size !== before.size || after.mtimeMs !== before.mtimeMs) {
    await unlink(held.at(partial));
    return false;
  }
  await rename(held.at(partial), held.at(to));
  await held.sync();
  await unlink(held.at(from));
  return true;
}

export async function copyAndEmpty(
  held: HeldFolder,
  from: string,
  to: string,
  signal: AbortSignal,
): Promise<void> {
  await using source = await open(held.at(from), O_RDWR | O_NOFOLLOW | O_NONBLOCK);
  const stats = await source.stat();
  if (!stats.isFile()) throw new Error(`${from} is no plain file`);
  // Emptying it would empty the file that has another name somewhere else.
  if (stats.nlink > 1) throw new Error(`${from} has ${stats.nlink} names: it is not emptied`);
  const partial = `${to}${PARTIAL}`;
  let copied = 0;
  await writePartial(held, partial, stats, async (target) => {
    copied = await copyFrom(source, 0, target, signal);
  });
  await rename(held.at(partial), held.at(to));
  await held.sync();
  // What came during the syncing; what comes between the last look and the emptying is lost.
  await using target = await open(held.at(to), O_WRONLY | O_APPEND | O_NOFOLLOW);
  await copyFrom(source, copied, target, signal);
  await source.truncate(0);
}

async function copyFrom(
  source: FileHandle,
  from: number,
  target: FileHandle,
  signal: AbortSignal,
): Promise<number> {
  let position = from;
  for await (const piece of pieces(source, signal, from)) {
    await writeAll(target, piece);
    position += piece.length;
  }
  return position;
}

interface Owner {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** Of the same owner and permissions; not left behind when it fails. */
async function writePartial(
  held: HeldFolder,
  name: string,
  owner: Owner,
  fill: (target: FileHandle) => Promise<void>,
): Promise<void> {
  // Of an earlier run that was killed: never complete, so never missed.
  await unlink(held.at(name)).catch(() => {});
  const flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
  await using target = await open(held.at(name), flags, 0o600);
  try {
    await fill(target);
    // An unprivileged agent owns what it writes; the permissions are never wider than they were.
    await target.chown(owner.uid, owner.gid).catch(() => {});
    await target.chmod(owner.mode & 0o777);
    await target.sync();
  } catch (error) {
    await unlink(held.at(name)).catch(() => {});
    throw error;
  }
}

export async function* pieces(
  source: FileHandle,
  signal: AbortSignal,
  from = 0,
): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(PIECE_BYTES);
  for (let position = from; ; ) {
    signal.throwIfAborted();
    const { bytesRead } = await source.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield Buffer.from(buffer.subarray(0, bytesRead));
  }
}

export async function writeAll(target: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await target.write(bytes, done, bytes.length - done)).bytesWritten;
  }
}
