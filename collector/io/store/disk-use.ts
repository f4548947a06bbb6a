/** Bytes of the data folder, measured now and then, and whether it takes any more. */
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError } from '../../core/store/errors.ts';
import { folderBytes } from './partitions.ts';

/** What LevelDB needs to open a few folders: a log and a manifest each. */
const PROBE_BYTES = 1024 * 1024;

export class DiskUse {
  bytes = 0;
  private readonly path: string;

  constructor(path: string) {
    this.path = path;
    this.measure();
  }

  measure(): void {
    this.bytes = folderBytes(this.path);
  }

  /** Throws when the disk takes nothing. Opening a folder on such a disk would cost its readers. */
  probe(): void {
    const file = join(this.path, 'probe');
    try {
      const descriptor = openSync(file, 'w');
      try {
        if (writeSync(descriptor, new Uint8Array(PROBE_BYTES)) < PROBE_BYTES)
          throw new Error('no space left');
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
    } catch (error) {
      throw new StoreError('write-failed', this.path, error);
    } finally {
      rmSync(file, { force: true });
    }
  }
}
