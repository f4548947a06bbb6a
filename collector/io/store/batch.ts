/** Writes gathered for one LevelDB batch: all of them reach the disk, or none. */
import { StoreError } from '../../core/store/errors.ts';
import { isDamage, type Level } from './folder.ts';
import { breathe } from './lock.ts';

/** Operations handed to LevelDB at a stretch, in which nothing else runs: about a millisecond. */
const AT_ONCE = 1_000;
const FIRST_BYTES = 4_096;
/** In the place of a value's end. */
const DELETED = -1;

/**
 * Keys and values are copied, one behind the other. A batch of a flush holds ten thousands of them
 * until it is on disk: as objects they would outlive several collections of V8's young generation,
 * which is what its pauses are made of.
 */
export class Batch {
  /** Of all that it holds. */
  bytes = 0;
  private memory = Buffer.allocUnsafeSlow(FIRST_BYTES);
  /** Two for each operation: where its key ends, and its value. */
  private readonly ends: number[] = [];

  readonly put = (key: Uint8Array, value: Uint8Array): void => {
    this.ends.push(this.add(key), this.add(value));
  };

  del(key: Uint8Array): void {
    this.ends.push(this.add(key), DELETED);
  }

  /** Forgets what it holds; the memory is used again. */
  clear(): void {
    this.bytes = 0;
    this.ends.length = 0;
  }

  get empty(): boolean {
    return this.ends.length === 0;
  }

  /**
   * Always synced. LevelDB changes its log file when a write buffer is full, without syncing the
   * old one, so a synced write says nothing about unsynced ones before it.
   *
   * @param pause between two stretches of handing it to LevelDB
   */
  async write(db: Level, pause = breathe): Promise<void> {
    if (this.empty) return;
    try {
      // An array of operations is copied one by one on the way; a chained batch is not.
      const batch = db.batch();
      await this.copyInto(batch, pause);
      await batch.write({ sync: true });
    } catch (error) {
      // Met in compaction: not the disk's fault, and mended by other means.
      if (isDamage(error)) throw error;
      throw new StoreError('write-failed', db.location, error);
    }
  }

  private add(bytes: Uint8Array): number {
    const end = this.bytes + bytes.length;
    if (end > this.memory.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(end, this.memory.length * 2));
      larger.set(this.memory.subarray(0, this.bytes));
      this.memory = larger;
    }
    this.memory.set(bytes, this.bytes);
    this.bytes = end;
    return end;
  }

  private async copyInto(
    batch: ReturnType<Level['batch']>,
    pause: () => Promise<void>,
  ): Promise<void> {
    const { memory, ends } = this;
    let start = 0;
    for (let i = 0; i < ends.length; i += 2) {
      const keyEnd = ends[i] as number;
      const end = ends[i + 1] as number;
      const key = memory.subarray(start, keyEnd);
      if (end === DELETED) batch.del(key);
      else batch.put(key, memory.subarray(keyEnd, end));
      start = end === DELETED ? keyEnd : end;
      if ((i + 2) % (2 * AT_ONCE) === 0) await pause();
    }
  }
}
