/** How much space an update takes before it begins, and whether that is there. */
import type { ReleaseFile } from '../../../protocol/release.ts';

/** What other programs may need meanwhile. */
const RESERVE = 16 * 1024 * 1024;
/** A compressed archive becomes about so much larger, where its release does not say how large. */
const UNPACKED = 4;

export interface RoomWanted {
  readonly file: ReleaseFile;
  /** Of it, bytes that were fetched already. */
  readonly fetched: number;
  /** What the release says of itself. */
  readonly unpackedBytes: number | undefined;
  readonly isCompressed: boolean;
  /** Bytes of the delta that it is made with, which lies beside it meanwhile. */
  readonly delta?: number;
}

export function bytesFor(wanted: RoomWanted): number {
  const { file, fetched, unpackedBytes, isCompressed, delta = 0 } = wanted;
  const installed = unpackedBytes ?? file.length * (isCompressed ? UNPACKED : 1);
  return Math.max(0, file.length - fetched) + delta + installed;
}

/** What is missing, in words; `undefined` when there is room. */
export function noRoom(needed: number, free: number): string | undefined {
  if (free >= needed + RESERVE) return undefined;
  const mega = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`;
  return `${mega(needed + RESERVE)} are needed and ${mega(free)} are free; make room and it goes on`;
}
