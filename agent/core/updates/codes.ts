/**
 * How an installation ends, declared once. `waits`: nothing is wrong with the release, it is tried
 * again later and not counted. `refused`: not tried again until something else is wanted. `failed`:
 * counted, and given up after so many tries.
 */
export type CodeKind = 'done' | 'waits' | 'refused' | 'failed';

interface Code {
  readonly kind: CodeKind;
  readonly text: string;
}

export const UPDATE_CODES = {
  installed: { kind: 'done', text: 'installed, and it works' },
  held: { kind: 'waits', text: 'the device begins no updates at the moment' },
  locked: { kind: 'waits', text: 'an application holds the update lock' },
  'no-space': { kind: 'waits', text: 'there is not enough space' },
  offline: { kind: 'waits', text: 'the file could not be fetched' },
  cancelled: { kind: 'waits', text: 'it was stopped' },
  'disk-error': { kind: 'waits', text: 'the disk did not take it' },
  untrusted: { kind: 'refused', text: 'the release is not signed for this device' },
  conflict: { kind: 'refused', text: 'packages do not go together' },
  'wrong-architecture': { kind: 'refused', text: 'the release has no file for this machine' },
  unsupported: { kind: 'refused', text: 'this device cannot install that' },
  'given-up': { kind: 'refused', text: 'it failed too often and is not tried again' },
  'not-served': { kind: 'failed', text: 'the server does not have the file' },
  'bad-file': { kind: 'failed', text: 'the file is not the one that was signed' },
  'install-failed': { kind: 'failed', text: 'it could not be installed' },
  'hook-failed': { kind: 'failed', text: 'a program of the release failed' },
  'switch-failed': { kind: 'failed', text: 'it could not be made the running version' },
  'probe-failed': { kind: 'failed', text: 'the new version did not work' },
  'link-lost': { kind: 'failed', text: 'the link to the collector did not come back' },
  worn: { kind: 'failed', text: 'the agent ended too often in the middle of it' },
  'fell-back': { kind: 'failed', text: 'another version runs than the one that was installed' },
  'roll-back-failed': { kind: 'failed', text: 'the old version could not be brought back' },
} as const satisfies Readonly<Record<string, Code>>;

export type UpdateCode = keyof typeof UPDATE_CODES;

export function kindOfCode(code: UpdateCode): CodeKind {
  return UPDATE_CODES[code].kind;
}

/** A failure with its code, for whoever carries out a step. */
export class UpdateError extends Error {
  readonly code: UpdateCode;

  constructor(code: UpdateCode, why: string, options?: ErrorOptions) {
    super(why, options);
    this.name = 'UpdateError';
    this.code = code;
  }
}

const OF_THE_DISK = new Set(['EIO', 'EROFS', 'EMFILE', 'ENFILE']);

/** What went wrong, whoever threw it; `usual` where nothing better is known. */
export function asUpdateError(error: unknown, usual: UpdateCode): UpdateError {
  if (error instanceof UpdateError) return error;
  const { code = '', message = String(error) } = error as Partial<{
    code: string;
    message: string;
  }>;
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  const known = full ? 'no-space' : OF_THE_DISK.has(code) ? 'disk-error' : usual;
  return new UpdateError(known, message, { cause: error });
}
