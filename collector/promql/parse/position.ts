/** Where something stands in a text, as Prometheus counts: lines from 1, columns in bytes from 1. */

export interface Position {
  readonly line: number;
  readonly column: number;
}

export function lineColumn(text: string, offset: number): Position {
  const end = Math.min(offset, text.length);
  let line = 1;
  let column = 1;
  for (let i = 0; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === 10) {
      line++;
      column = 1;
    } else {
      column += byteWidth(code);
    }
  }
  return { line, column };
}

/** Bytes of a UTF-16 unit in UTF-8: a surrogate is half of four. */
function byteWidth(code: number): number {
  if (code < 0x80) return 1;
  if (code < 0x800 || (code >= 0xd800 && code < 0xe000)) return 2;
  return 3;
}

/** Bytes of a text in UTF-8. */
export function byteLength(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) bytes += byteWidth(text.charCodeAt(i));
  return bytes;
}
