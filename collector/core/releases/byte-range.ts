/** The `Range` header (RFC 9110) of one range; any other form is answered with the whole file. */

export interface ByteRange {
  readonly from: number;
  /** The last byte, included. */
  readonly to: number;
}

const FORM = /^bytes=(\d{0,15})-(\d{0,15})$/;

export function byteRange(
  range: string | undefined,
  bytes: number,
  ifRange?: string | readonly string[],
  etag?: string,
): ByteRange | 'unsatisfiable' | undefined {
  // The client's half is of another file: it gets the whole of this one.
  if (range === undefined || (ifRange !== undefined && ifRange !== etag)) return undefined;
  const [, first = '', last = ''] = FORM.exec(range) ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const count = Math.min(Number(last), bytes);
    return count === 0 ? 'unsatisfiable' : { from: bytes - count, to: bytes - 1 };
  }
  const from = Number(first);
  const to = last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1);
  if (last !== '' && Number(last) < from) return undefined;
  return from >= bytes ? 'unsatisfiable' : { from, to };
}
