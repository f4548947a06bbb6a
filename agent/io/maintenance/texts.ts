/** Text files piece by piece; gzip is told by its first bytes, not by the name. */
import { open } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import type { Texts } from '../../ports/maintenance.ts';
import { unpacked } from './gzip.ts';
import { pieces } from './log-files.ts';

const GZIP = [0x1f, 0x8b];

export function createTexts(): Texts {
  return {
    async *read(path, { maxBytes, signal }) {
      const decoder = new StringDecoder('utf8');
      const file = await open(path, 'r');
      try {
        let bytes = 0;
        const raw = pieces(file, signal);
        for await (const piece of (await isGzip(file)) ? unpacked(raw) : raw) {
          bytes += piece.length;
          if (bytes > maxBytes)
            throw new Error(`${path} holds more than ${maxBytes} bytes of text`);
          yield decoder.write(piece);
        }
        yield decoder.end();
      } finally {
        await file.close();
      }
    },
  };
}

async function isGzip(file: Awaited<ReturnType<typeof open>>): Promise<boolean> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(GZIP.length), 0, GZIP.length, 0);
  return bytesRead === GZIP.length && GZIP.every((byte, at) => buffer[at] === byte);
}
