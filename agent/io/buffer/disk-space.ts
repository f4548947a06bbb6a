/** Whether it makes sense to open the database again; while it does not, it stays readable. */
import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { BufferError } from '../../core/errors.ts';
import { WRITE_BUFFER_BYTES } from './level.ts';
import { bufferError } from './level-errors.ts';

/** Opening writes the log into a table, and begins a new log. */
const NEEDED_BYTES = 2 * WRITE_BUFFER_BYTES;

export async function refuseIfFull(path: string): Promise<void> {
  try {
    await access(path, constants.W_OK);
    const { bavail, bsize } = await statfs(path);
    if (bavail * bsize < NEEDED_BYTES) {
      throw new BufferError('buffer-no-space', `${bavail * bsize} bytes are free`);
    }
  } catch (error) {
    throw bufferError(error);
  }
}
