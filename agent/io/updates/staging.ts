/** Verified files of releases below one folder, by hash: `Staging` of `ports/updates.ts`. */

import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DeltaDecoder } from '../../../protocol/delta/decode.ts';
import type { Disk, Staging } from '../../ports/updates.ts';
import { renameDurably, unlessMissing } from './durable.ts';

const NAME = /^[0-9a-f]{64}$/;

export async function openStaging(folder: string, disk: Disk): Promise<Staging> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const pathOf = (sha256: string) => join(folder, sha256);
  const size = async (path: string) => (await stat(path).catch(unlessMissing))?.size;
  const verify: Staging['verify'] = async ({ sha256, length }) => {
    const path = pathOf(sha256);
    return (await size(path)) === length && (await disk.hash(path)) === sha256;
  };
  const remove = async (sha256: string) => {
    for (const end of ['', '.part', '.part.json', '.made']) {
      await rm(`${pathOf(sha256)}${end}`, { force: true });
    }
  };
  return {
    pathOf,
    verify,
    remove,
    async held(sha256) {
      return (await size(pathOf(sha256))) ?? (await size(`${pathOf(sha256)}.part`)) ?? 0;
    },
    async whole() {
      return new Set((await readdir(folder)).filter((name) => NAME.test(name)));
    },
    async patch(from, delta, to) {
      const made = `${pathOf(to.sha256)}.made`;
      await applyDelta(pathOf(from), pathOf(delta), made, to.length);
      if ((await disk.hash(made)) !== to.sha256) {
        await rm(made, { force: true });
        throw new Error('the delta makes another file than is signed');
      }
      await renameDurably(made, pathOf(to.sha256));
    },
    async prune(keep) {
      const names = new Set((await readdir(folder)).map((name) => name.slice(0, 64)));
      for (const name of names) if (!keep.has(name)) await remove(name);
    },
  };
}

const PIECE = 65_536;

async function applyDelta(
  from: string,
  delta: string,
  made: string,
  length: number,
): Promise<void> {
  const old = await open(from, 'r');
  const out = await open(made, 'w', 0o600);
  const write = (bytes: Uint8Array) => out.writeFile(bytes);
  try {
    const decoder = new DeltaDecoder({ old: (await old.stat()).size, fresh: length });
    for await (const piece of createReadStream(delta)) {
      for (const one of decoder.push(piece as Buffer)) {
        if (one.kind === 'insert') await write(one.bytes);
        else await copied(old, one.from, one.length, write);
      }
    }
    if (!decoder.isWhole) throw new Error(decoder.wrong ?? 'the delta is cut off');
    await out.sync();
  } finally {
    await Promise.all([out.close(), old.close()]);
  }
}

async function copied(
  old: Awaited<ReturnType<typeof open>>,
  from: number,
  length: number,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  for (let at = 0; at < length; at += PIECE) {
    const piece = Buffer.alloc(Math.min(PIECE, length - at));
    const { bytesRead } = await old.read(piece, 0, piece.length, from + at);
    if (bytesRead < piece.length) throw new Error('the old file is shorter than it was');
    await write(piece);
  }
}
