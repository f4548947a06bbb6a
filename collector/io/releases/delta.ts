/**
 * Makes a compressed copy-delta between two files, and tries it before it is believed. Both files are
 * held in memory meanwhile, so there is a largest one; a delta from nothing is streamed.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { DeltaDecoder } from '../../../protocol/delta/decode.ts';
import { deltaHead, deltaPieces, insertHead } from '../../../protocol/delta/encode.ts';

/** Of the old file and of the new one. */
export const LARGEST_FOR_DELTA = 256 * 1024 * 1024;

export interface DeltaWanted {
  /** `undefined`: from nothing. */
  readonly from: string | undefined;
  readonly to: string;
  readonly out: string;
  /** Share of the new file that is done, 0 to 1. */
  readonly progress: (share: number) => void;
}

export async function makeDelta({ from, to, out, progress }: DeltaWanted): Promise<void> {
  const pieces =
    from === undefined ? packed(to, progress) : between(await readFile(from), to, progress);
  await pipeline(pieces, createGzip({ level: 9 }), createWriteStream(out, { mode: 0o644 }));
}

/** Rejects when the delta does not lead from the one file to the other. */
export async function tryDelta({ from, to, out }: DeltaWanted): Promise<void> {
  const old = from === undefined ? Buffer.alloc(0) : await readFile(from);
  const decoder = new DeltaDecoder({ old: old.length, fresh: (await stat(to)).size });
  const made = createHash('sha256');
  await pipeline(createReadStream(out), createGunzip(), async (pieces: AsyncIterable<Buffer>) => {
    for await (const piece of pieces) {
      for (const one of decoder.push(piece)) {
        made.update(
          one.kind === 'insert' ? one.bytes : old.subarray(one.from, one.from + one.length),
        );
      }
    }
  });
  const wanted = createHash('sha256');
  for await (const piece of createReadStream(to)) wanted.update(piece as Buffer);
  if (!decoder.isWhole || made.digest('hex') !== wanted.digest('hex')) {
    throw new Error(
      `the delta to ${to} does not make that file: ${decoder.wrong ?? 'other bytes'}`,
    );
  }
}

/** Whether deltas of such a file are of no use: every byte after a change is another one. */
export async function isCompressed(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(6), 0, 6, 0);
    const head = buffer.subarray(0, bytesRead).toString('latin1');
    return ['\x1f\x8b', '\xfd7zXZ', '\x28\xb5\x2f\xfd', 'BZh'].some((one) => head.startsWith(one));
  } finally {
    await file.close();
  }
}

async function* between(
  old: Uint8Array,
  to: string,
  progress: (share: number) => void,
): AsyncGenerator<Uint8Array> {
  const fresh = await readFile(to);
  for (const { bytes, done } of deltaPieces(old, fresh)) {
    progress(done / Math.max(1, fresh.length));
    if (bytes.length > 0) yield bytes;
  }
}

async function* packed(to: string, progress: (share: number) => void): AsyncGenerator<Uint8Array> {
  const { size } = await stat(to);
  yield deltaHead(0, size);
  if (size === 0) return;
  yield insertHead(size);
  let done = 0;
  for await (const piece of createReadStream(to)) {
    done += (piece as Buffer).length;
    progress(done / size);
    yield piece as Buffer;
  }
}
