/** What the executors of maintenance tasks ask of files and servers. `io/maintenance` implements it. */

/** Something in a folder that is held open, as it was when it was looked at. */
export interface TreeEntry {
  /** From the root, `/` between the parts, `''` for the root. To match and to show, never to open. */
  readonly path: string;
  /** The last part, one character per byte: names need not be UTF-8. */
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly bytes: number;
  /** What it takes of the disk. */
  readonly diskBytes: number;
  /** Names of the same file, here and elsewhere. */
  readonly links: number;
  readonly modifiedMs: number;
  /** When it was made, as far as the file system knows. */
  readonly bornMs: number;
}

/** A folder held open: whatever its path leads to by now, these act in it and nowhere else. */
export interface TreeFolder {
  /** Takes a file's or link's name away; false when it was gone already. Never follows a link. */
  remove(name: string): Promise<boolean>;
  /** Removes a folder if it is empty; false otherwise. */
  removeFolder(name: string): Promise<boolean>;
  /** Rejects when `to` is there already. */
  rename(from: string, to: string): Promise<void>;
  /**
   * Writes `to` as the gzip of the file `from`, whole and synced before it gets its name, then
   * removes `from`. False, and nothing changed, when `from` was written to meanwhile.
   */
  compress(from: string, to: string, signal: AbortSignal): Promise<boolean>;
  /** Copies a file to `to`, synced, then empties it. Files with further names are refused. */
  copyAndEmpty(from: string, to: string, signal: AbortSignal): Promise<void>;
}

export interface TreeWalk {
  /** False: mount points below the root are walked into too. */
  readonly oneFileSystem: boolean;
  readonly signal: AbortSignal;
  /** Whether to look into a folder; all if left out. */
  enter?(path: string): boolean;
  /** Everything but the root, folders before what is in them. */
  visit?(entry: TreeEntry, folder: TreeFolder): Promise<void>;
  /** A folder after all that is in it. The root comes last, and has no folder. */
  leave?(entry: TreeEntry, inside: TreeFolder, folder: TreeFolder | undefined): Promise<void>;
  /** What could not be looked at, or was not meant to be. */
  skipped?(path: string, why: string): void;
}

/** Walks that cannot leave their root, whoever renames what meanwhile. */
export interface Trees {
  /** Rejects when the root is missing, reached by a link, or too near to the system. */
  walk(root: string, walk: TreeWalk): Promise<void>;
}

export interface ArchiveSource {
  /** A file or folder, absolute. */
  readonly path: string;
}

export interface ArchiveOptions {
  readonly sources: readonly ArchiveSource[];
  /** By the path within the archive. */
  excludes(path: string): boolean;
  /** Of the compressed archive: above it, it fails. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  skipped(path: string, why: string): void;
}

export interface Archive {
  readonly bytes: number;
  readonly files: number;
  readonly sha256: Uint8Array;
}

export interface Archives {
  /** Writes a `tar.gz`: synced and whole, then it gets its name. */
  write(target: string, options: ArchiveOptions): Promise<Archive>;
  /** What would be in it. */
  list(options: ArchiveOptions): Promise<{ readonly bytes: number; readonly files: number }>;
  /** Names in a folder, sorted. */
  names(folder: string): Promise<readonly string[]>;
  remove(path: string): Promise<void>;
}

/** HTTP to the collector or another server. Rejects when there is no answer at all. */
export interface Courier {
  /** Sends a file's bytes as they are. */
  put(
    url: string,
    file: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<{ readonly status: number; readonly text: string }>;
  /**
   * Fetches to a file, which is replaced when the answer is whole, and keeps its ETag beside it.
   * A server that says "not modified" leaves the file alone.
   */
  fetch(
    url: string,
    file: string,
    options: { readonly maxBytes: number; readonly signal: AbortSignal },
  ): Promise<{ readonly status: number; readonly changed: boolean }>;
}

export interface Texts {
  /** A text file piece by piece, unpacked when it is gzip. Rejects above `maxBytes` of text. */
  read(path: string, options: { maxBytes: number; signal: AbortSignal }): AsyncIterable<string>;
}

export interface Upkeep {
  readonly trees: Trees;
  readonly archives: Archives;
  readonly courier: Courier;
  readonly texts: Texts;
  /** A folder for files of tasks that no other user can write to; `data` when that is so there. */
  spool(data: string): Promise<string>;
}
