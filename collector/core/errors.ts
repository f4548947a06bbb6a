/**
 * Every error code of the collector's ports, declared once, with what it means to a person.
 */
export const ERRORS = {
  'bus-away': 'the broker is not connected',
  'bus-busy': 'too many messages wait for the broker',
  'bus-closed': 'the bus was closed',
  'bus-listen': 'the listener could not be opened',
  'bus-refused': 'the broker refused the connection or a subscription',
  'journal-busy': 'too many bytes wait for the disk',
  'journal-closed': 'the journal was closed',
  'journal-disk': 'the disk failed',
  'journal-disk-full': 'no space is left on the disk',
  'journal-full': 'the journal reached its size limit',
  'journal-read-only': 'the disk is read-only',
  'journal-too-large': 'one entry is larger than the journal accepts',
} as const;

export type ErrorCode = keyof typeof ERRORS;
export type BusErrorCode = Extract<ErrorCode, `bus-${string}`>;
export type JournalErrorCode = Extract<ErrorCode, `journal-${string}`>;

/** An error that callers tell apart by its code, never by its text. */
class CodedError<Code extends ErrorCode> extends Error {
  readonly code: Code;

  constructor(code: Code, detail?: string, cause?: unknown) {
    const text = detail === undefined ? ERRORS[code] : `${ERRORS[code]}: ${detail}`;
    super(text, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

export class BusError extends CodedError<BusErrorCode> {
  override readonly name = 'BusError';
}

export class JournalError extends CodedError<JournalErrorCode> {
  override readonly name = 'JournalError';
}
