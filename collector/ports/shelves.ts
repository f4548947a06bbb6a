/** Files that the collector keeps for devices: feeds that they fetch, backups that they leave. */

/** A file as it was when it was opened; it can be read once. */
export interface KeptFile {
  readonly bytes: number;
  /** UTC milliseconds. */
  readonly modifiedAt: number;
  /** SHA-256, hexadecimal. */
  readonly sha256: string;
  open(): AsyncIterable<Uint8Array>;
}

export interface FeedEntry {
  readonly name: string;
  readonly bytes: number;
  /** UTC milliseconds. */
  readonly modifiedAt: number;
}

/** Files with data for all devices, such as advisories; also what people put into the folder. */
export interface FeedShelf {
  list(): Promise<readonly FeedEntry[]>;
  get(name: string): Promise<KeptFile | undefined>;
  /** Replaces it when all of it is there. Rejects with a ShelfError. */
  put(name: string, content: AsyncIterable<Uint8Array>): Promise<FeedEntry>;
  remove(name: string): Promise<boolean>;
}

/** Which backup: `<device>/<name>/<file>`. */
export interface BackupPlace {
  readonly device: string;
  readonly name: string;
  readonly file: string;
}

export interface BackupEntry extends BackupPlace {
  readonly bytes: number;
  /** UTC milliseconds. */
  readonly modifiedAt: number;
}

export interface BackupShelf {
  /** Newest first; of one device or of all. */
  list(device?: string): Promise<readonly BackupEntry[]>;
  get(place: BackupPlace): Promise<KeptFile | undefined>;
  /**
   * Keeps it when all of it is there, synced, and its SHA-256 (hexadecimal) is the one that was
   * said; then drops the oldest of that name above the number kept. Rejects with a ShelfError.
   */
  put(
    place: BackupPlace,
    content: AsyncIterable<Uint8Array>,
    sha256: string | undefined,
  ): Promise<BackupEntry>;
}

export const SHELF_ERRORS = {
  'bad-name': 'the name is not one that a file here may have',
  'bad-digest': 'what arrived is not what was sent',
  'too-large': 'the file is larger than the limit',
  'no-room': 'there is no room for it',
} as const;

export type ShelfErrorCode = keyof typeof SHELF_ERRORS;

export class ShelfError extends Error {
  readonly code: ShelfErrorCode;

  constructor(code: ShelfErrorCode, detail: string) {
    super(`${SHELF_ERRORS[code]}: ${detail}`);
    this.name = 'ShelfError';
    this.code = code;
  }
}
