/** What a failing LevelDB means: wait for the disk, or mend the folder. */
import { BufferError, type BufferErrorCode } from '../../core/errors.ts';

const DISK: readonly (readonly [RegExp, BufferErrorCode])[] = [
  [/no space left|disk quota|ENOSPC|EDQUOT/i, 'buffer-no-space'],
  [/read-only file system|permission denied|not permitted|EROFS|EACCES|EPERM/i, 'buffer-read-only'],
  [/too many open files|cannot allocate memory|EMFILE|ENFILE|ENOMEM/i, 'buffer-io'],
];

/** A `BufferError` when waiting may help; `undefined` when the folder itself is damaged. */
export function diskError(error: unknown): BufferError | undefined {
  if (error instanceof BufferError) return error;
  const text = describe(error);
  if (text.includes('LEVEL_LOCKED')) return new BufferError('buffer-locked', text, error);
  const known = DISK.find(([pattern]) => pattern.test(text));
  return known === undefined ? undefined : new BufferError(known[1], text, error);
}

/** For writes and reads of an open buffer: whatever it is, the caller gets one type. */
export function bufferError(error: unknown): BufferError {
  return diskError(error) ?? new BufferError('buffer-io', describe(error), error);
}

/** A damaged table may name a place that no file can have: the system calls that an invalid argument. */
export function isCorruption(error: unknown): boolean {
  return /LEVEL_CORRUPTION|Invalid argument/.test(describe(error));
}

/** classic-level puts what LevelDB said into the cause. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? `${String(error.code)} ` : '';
  const cause = error.cause === undefined ? '' : `: ${describe(error.cause)}`;
  return `${code}${error.message}${cause}`;
}
