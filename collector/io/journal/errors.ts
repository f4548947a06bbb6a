/** What the disk said, as a code that callers can act on. */
import { JournalError, type JournalErrorCode } from '../../core/errors.ts';

const CODES: ReadonlyMap<string, JournalErrorCode> = new Map([
  ['ENOSPC', 'journal-disk-full'],
  ['EDQUOT', 'journal-disk-full'],
  ['EFBIG', 'journal-disk-full'],
  ['EROFS', 'journal-read-only'],
  ['EACCES', 'journal-read-only'],
  ['EPERM', 'journal-read-only'],
]);

export function asJournalError(error: unknown): JournalError {
  if (error instanceof JournalError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return new JournalError(CODES.get(code ?? '') ?? 'journal-disk', message, error);
}
