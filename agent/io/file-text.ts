/**
 * The text of a file, read on libuv's threads with as few trips as it takes. `readFile` of
 * `fs/promises` makes five trips for a sysfs attribute and costs half as much again.
 */
import { close, constants, open, read } from 'node:fs';

/** Non-blocking: a pipe that somebody left in the way must not hold a thread for ever. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;
const FIRST_BUFFER_BYTES = 4096;
const LARGEST_FILE_BYTES = 16 * 1024 * 1024;

export async function fileText(path: string): Promise<string> {
  const descriptor = await opened(path);
  try {
    let buffer = Buffer.allocUnsafe(FIRST_BUFFER_BYTES);
    let length = 0;
    for (;;) {
      const count = await readInto(descriptor, buffer, length);
      length += count;
      const isFull = length === buffer.length;
      // The tables of /proc come in pieces, all else ends when it gives less than asked for.
      if (count === 0 || (!isFull && !path.includes('/proc/'))) {
        return buffer.toString('utf8', 0, length);
      }
      if (!isFull) continue;
      if (length >= LARGEST_FILE_BYTES) throw new Error(`${path} is too large`);
      const larger = Buffer.allocUnsafe(length * 4);
      buffer.copy(larger);
      buffer = larger;
    }
  } finally {
    close(descriptor, () => {});
  }
}

function opened(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    open(path, OPEN_FLAGS, (error, descriptor) => {
      if (error) reject(error);
      else resolve(descriptor);
    });
  });
}

function readInto(descriptor: number, buffer: Buffer, from: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(descriptor, buffer, from, buffer.length - from, null, (error, count) => {
      if (error) reject(error);
      else resolve(count);
    });
  });
}
