/** Gzip both ways as generators: one piece under way at a time, and an end whenever it is left. */
import { createGunzip, createGzip, type Gunzip, type Gzip } from 'node:zlib';

export function packed(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  return through(createGzip(), source);
}

export function unpacked(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  return through(createGunzip(), source);
}

async function* through(
  stream: Gzip | Gunzip,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  const fed = feed(stream, source);
  try {
    for await (const piece of stream) yield piece as Buffer;
  } finally {
    stream.destroy();
    await fed;
  }
}

async function feed(stream: Gzip | Gunzip, source: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const piece of source) {
      if (stream.destroyed) return;
      if (!stream.write(piece)) await room(stream);
    }
    stream.end();
  } catch (error) {
    stream.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

/** Room again, or the end of it. */
function room(stream: Gzip | Gunzip): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done).off('close', done);
      resolve();
    };
    stream.once('drain', done).once('close', done);
    if (stream.destroyed) done();
  });
}
