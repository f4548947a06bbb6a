/** What a server's answer to a request for a part of a file means. Pure. */

export interface AnswerHead {
  readonly status: number;
  readonly contentRange: string | undefined;
  readonly contentLength: string | undefined;
  readonly etag: string | undefined;
  readonly retryAfter: string | undefined;
}

export type Meaning =
  /** Bytes come, from this place on. */
  | { readonly kind: 'bytes'; readonly from: number; readonly etag: string | undefined }
  /** What is here is not a beginning of what the server has. */
  | { readonly kind: 'anew'; readonly why: string }
  /** Later; in so many milliseconds, where the server says so. */
  | { readonly kind: 'later'; readonly why: string; readonly afterMs: number | undefined }
  | { readonly kind: 'never'; readonly code: 'not-served' | 'bad-file'; readonly why: string };

const LONGEST_WAIT_S = 600;
const BUSY = new Set([408, 425, 429]);

export function meaningOf(head: AnswerHead, asked: number, length: number): Meaning {
  const { status } = head;
  if (status === 206) return partly(head, asked, length);
  if (status === 200) return wholly(head, length);
  if (status === 416) return { kind: 'anew', why: 'the server has not so many bytes' };
  const why = `the server answers ${status}`;
  if (status >= 500 || BUSY.has(status)) {
    return { kind: 'later', why, afterMs: secondsOf(head.retryAfter) };
  }
  return { kind: 'never', code: 'not-served', why };
}

function partly({ contentRange, etag }: AnswerHead, asked: number, length: number): Meaning {
  const [, from, , total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(contentRange ?? '') ?? [];
  if (from === undefined) return { kind: 'later', why: 'no Content-Range', afterMs: undefined };
  if (total !== '*' && Number(total) !== length) return otherLength(total, length);
  if (Number(from) === asked) return { kind: 'bytes', from: asked, etag: strong(etag) };
  return { kind: 'later', why: `bytes from ${from} came instead of ${asked}`, afterMs: undefined };
}

function wholly({ contentLength, etag }: AnswerHead, length: number): Meaning {
  const isOther = contentLength !== undefined && Number(contentLength) !== length;
  if (isOther) return otherLength(contentLength, length);
  return { kind: 'bytes', from: 0, etag: strong(etag) };
}

function otherLength(served: string | undefined, length: number): Meaning {
  const why = `the server has ${served} bytes, ${length} are signed`;
  return { kind: 'never', code: 'bad-file', why };
}

/** Only a strong one says that bytes are the same (RFC 9110, 8.8.1). */
function strong(etag: string | undefined): string | undefined {
  return etag !== undefined && /^"[\x21\x23-\x7e]{0,200}"$/.test(etag) ? etag : undefined;
}

function secondsOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,9}$/.test(text)) return undefined;
  return Math.min(LONGEST_WAIT_S, Number(text)) * 1000;
}
