/** Every error code of the agent, declared once, with what it means for a person. */

export const BUFFER_ERRORS = {
  'buffer-record-too-large': 'the record is larger than the whole buffer may be',
  'buffer-full': 'the buffer is at its cap and holds nothing that may be given up',
  'buffer-no-space': 'the disk that holds the buffer is full',
  'buffer-read-only': 'the folder of the buffer cannot be written to',
  'buffer-locked': 'another process has the buffer open',
  'buffer-io': 'the disk that holds the buffer failed',
  'buffer-closed': 'the buffer is closed',
} as const;

export type BufferErrorCode = keyof typeof BUFFER_ERRORS;

/** The buffer could not do what was asked; what it held before is unchanged. */
export class BufferError extends Error {
  readonly code: BufferErrorCode;

  constructor(code: BufferErrorCode, detail: string, cause?: unknown) {
    super(`${BUFFER_ERRORS[code]} (${detail})`, cause === undefined ? undefined : { cause });
    this.name = 'BufferError';
    this.code = code;
  }
}
