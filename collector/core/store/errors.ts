/** Every way the store says no, declared once. */
export const STORE_ERRORS = {
  'bad-matcher': 'a matcher is not a valid regular expression: correct the pattern (RE2 syntax)',
  'bad-ids': 'a block lies outside the ids given for it: pass one id for each alias',
  closed: 'the store is closed: nothing may be asked of it any more',
  'in-use': 'another process holds the data folder: stop it, or choose another folder',
  'write-failed':
    'the disk refuses writes: free space or mend permissions; the store tries again by itself',
  unreadable:
    'a partition cannot be opened at the moment: see the cause; it is tried again when next asked for',
  'no-index': 'the folder has no index: it is not a Muster data folder, or was never used',
} as const;

export type StoreErrorCode = keyof typeof STORE_ERRORS;

export class StoreError extends Error {
  readonly code: StoreErrorCode;
  /** Folder, partition, matcher: where it happened. */
  readonly at: string;

  constructor(code: StoreErrorCode, at: string, cause?: unknown) {
    const reason = cause === undefined ? '' : ` (${describe(cause)})`;
    super(`${code} at ${at}: ${STORE_ERRORS[code]}${reason}`, cause === undefined ? {} : { cause });
    this.name = 'StoreError';
    this.code = code;
    this.at = at;
  }
}

/** An error and its cause in one line: LevelDB puts what matters into the cause. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${describe(error.cause)}`;
}
