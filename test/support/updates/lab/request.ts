/** Takes the place of `agent/io/fetch/request.ts` in the laboratory: the server answers at once. */
import { Readable } from 'node:stream';
import { meaningOf } from '../../../../agent/core/updates/answer.ts';
import type { Asking } from '../../../../agent/io/fetch/request.ts';
import { current } from './life.ts';

/** What the server has, by path. */
export const served = new Map<string, Uint8Array>();

/** Large enough for few writes, small enough that a file is more than one. */
const PIECE = 8_192;

export async function ask({ url, from, length }: Asking) {
  await current().look(() => undefined);
  const bytes = served.get(url.pathname.slice(1));
  const contentRange = `bytes ${from}-${length - 1}/${length}`;
  const status = bytes === undefined ? 404 : from > 0 ? 206 : 200;
  const head = {
    status,
    contentRange,
    contentLength: undefined,
    etag: '"1"',
    retryAfter: undefined,
  };
  return { meaning: meaningOf(head, from, length), body: Readable.from(pieces(bytes, from)) };
}

function* pieces(bytes: Uint8Array | undefined, from: number): Generator<Buffer> {
  for (let at = from; at < (bytes?.length ?? 0); at += PIECE) {
    yield Buffer.from((bytes as Uint8Array).subarray(at, at + PIECE));
  }
}
