/**
 * Bytes as a line of text: hex in parts, and `*N` behind a part that comes N times. What is large
 * in a finding is mostly the same thing over and over.
 */

export function bytesOf(line: string): Uint8Array {
  return Buffer.concat(
    line
      .trim()
      .split(/\s+/)
      .map((part) => {
        const [hex = '', times = '1'] = part.split('*');
        if (!/^([0-9a-f]{2})*$/.test(hex) || !/^\d+$/.test(times))
          throw new Error(`no hex: ${part}`);
        const bytes = Buffer.from(hex, 'hex');
        return bytes.length === 0 ? bytes : Buffer.alloc(bytes.length * Number(times), bytes);
      }),
  );
}

export function lineOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
