/**
 * Makes a file out of an old one and a copy-delta that is on the disk, plain or compressed. What a
 * delta takes is bounded by what it may make, however small it is itself.
 */
import { createReadStream, type ReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Gunzip } from 'node:zlib';
import { DeltaDecoder } from '../../../protocol/delta/decode.ts';
import { longestDelta } from '../../../protocol/delta/format.ts';

const PIECE = 65_536;
const GZIP = Uint8Array.of(0x1f, 0x8b);

export interface Patch {
  /** The old file; `undefined`: it starts from nothing. */
  readonly from: string | undefined;
  readonly delta: string;
  readonly made: string;
  /** Of the file that is to be made. */
  readonly length: number;
}

export async function applyDelta({ from, delta, made, length }: Patch): Promise<void> {
  const old = from === undefined ? undefined : await open(from, 'r');
  try {
    const out = await open(made, 'w', 0o600);
    try {
      const before = old === undefined ? 0 : (await old.stat()).size;
      const decoder = new DeltaDecoder({ old: before, fresh: length });
      await eachPiece(delta, longestDelta(length), async (piece) => {
        for (const one of decoder.push(piece)) {
          if (one.kind === 'insert') await out.writeFile(one.bytes);
          else if (old !== undefined) await copied(old, one.from, one.length, out);
        }
        if (decoder.wrong !== undefined) throw new Error(`the delta is refused: ${decoder.wrong}`);
      });
      if (!decoder.isWhole) throw new Error('the delta is cut off');
      await out.sync();
    } finally {
      await out.close();
    }
  } finally {
    await old?.close();
  }
}

/** Piece by piece, never more than `most` bytes after inflating. */
async function eachPiece(
  path: string,
  most: number,
  take: (piece: Uint8Array) => Promise<void>,
): Promise<void> {
  const stored = createReadStream(path, { highWaterMark: PIECE });
  const plain = (await isCompressed(path)) ? await inflated(stored) : stored;
  let seen = 0;
  try {
    for await (const piece of plain as AsyncIterable<Uint8Array>) {
      seen += piece.length;
      if (seen > most) throw new Error('the delta is longer than the file that it makes');
      await take(piece);
    }
  } finally {
    plain.destroy();
    stored.destroy();
  }
}

async function inflated(stored: ReadStream): Promise<Gunzip> {
  const { createGunzip } = await import('node:zlib');
  const gunzip = createGunzip({ chunkSize: PIECE });
  stored.once('error', (error) => gunzip.destroy(error));
  return stored.pipe(gunzip);
}

async function isCompressed(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return buffer.equals(GZIP);
  } finally {
    await file.close();
  }
}

async function copied(old: FileHandle, from: number, length: number, to: FileHandle) {
  const piece = Buffer.allocUnsafe(Math.min(PIECE, length));
  for (let at = 0; at < length; ) {
    const { bytesRead } = await old.read(piece, 0, Math.min(PIECE, length - at), from + at);
    if (bytesRead === 0) throw new Error('the old file is shorter than it was');
    await to.writeFile(piece.subarray(0, bytesRead));
    at += bytesRead;
  }
}
