/** Writes gathered for one LevelDB batch: all of them reach the disk, or none. */
import { StoreError } from '../../core/store/errors.ts';
import { isDamage, type Level } from './folder.ts';

type Operation =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array };

export class Batch {
  bytes = 0;
  private readonly operations: Operation[] = [];

  readonly put = (key: Uint8Array, value: Uint8Array): void => {
    this.operations.push({ type: 'put', key, value });
    this.bytes += key.length + value.length;
  };

  del(key: Uint8Array): void {
    this.operations.push({ type: 'del', key });
    this.bytes += key.length;
  }

  get empty(): boolean {
    return this.operations.length === 0;
  }

  /**
   * Always synced. LevelDB changes its log file when a write buffer is full, without syncing the
   * old one, so a synced write says nothing about unsynced ones before it.
   */
  async write(db: Level): Promise<void> {
    if (this.empty) return;
    try {
      // An array of operations is copied one by one on the way; a chained batch is not.
      const batch = db.batch();
      for (const operation of this.operations) {
        if (operation.type === 'put') batch.put(operation.key, operation.value);
        else batch.del(operation.key);
      }
      await batch.write({ sync: true });
    } catch (error) {
      // Met in compaction: not the disk's fault, and mended by other means.
      if (isDamage(error)) throw error;
      throw new StoreError('write-failed', db.location, error);
    }
  }
}
