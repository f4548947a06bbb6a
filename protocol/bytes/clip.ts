/** Texts cut to a number of bytes of UTF-8, never in the middle of a character. */

/** Its begin: for lines that say what happened. */
export function clipText(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes || Buffer.byteLength(text) <= maxBytes) return text;
  const bytes = Buffer.from(text);
  let end = maxBytes;
  while (end > 0 && isInside(bytes[end])) end--;
  return bytes.toString('utf8', 0, end);
}

/** Its end: for output, where the last lines say why it failed. */
export function tailText(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes || Buffer.byteLength(text) <= maxBytes) return text;
  const bytes = Buffer.from(text);
  let start = bytes.length - maxBytes;
  while (start < bytes.length && isInside(bytes[start])) start++;
  return bytes.toString('utf8', start);
}

/** Whether the byte continues a character that began before it. */
function isInside(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
