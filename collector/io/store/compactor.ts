/**
 * Merges the chunks of a closed window: one for each series, in its shortest form. A window is
 * passed in short stretches; at its end the shared instants that no chunk names any more go, and
 * LevelDB gives back the space.
 */
import { DAY, HOUR, MINUTE, WINDOW } from '../../core/store/calendar.ts';
import { chunkPrefix, KIND, prefixRange, timesPrefix } from '../../core/store/keys.ts';
import type { Log } from '../../ports.ts';
import { Batch } from './batch.ts';
import type { Partition } from './partition.ts';
import type { Partitions } from './partitions.ts';
import type { Slices } from './precedence.ts';
import { rewrite } from './rewrite.ts';
import { WindowPass } from './window-pass.ts';

/** After the end of a window, before it is compacted. */
const GRACE = 30 * MINUTE;
/** Between two compactions of one window, when late samples keep coming. */
const AGAIN = 6 * HOUR;

export class Compactor {
  private readonly partitions: Partitions;
  private readonly slices: Slices;
  private readonly log: Log;
  private readonly last = new Map<number, number>();
  private pass:
    | { readonly day: number; readonly window: number; readonly run: WindowPass }
    | undefined;

  constructor(partitions: Partitions, slices: Slices, log: Log) {
    this.partitions = partitions;
    this.slices = slices;
    this.log = log;
  }

  /** One stretch on a day: whether there was any. */
  step(day: number, now: number): Promise<boolean> {
    return this.partitions.use(day, async (partition) => {
      if (this.pass !== undefined && this.pass.day !== day) return false;
      this.pass ??= await this.begin(partition, now);
      if (this.pass === undefined) return false;
      const { window, run } = this.pass;
      try {
        if (await run.step(partition)) return true;
        await this.finish(partition, window, run);
      } catch (error) {
        this.pass = undefined;
        throw error;
      }
      this.pass = undefined;
      this.last.set(day * 100 + window, now);
      return true;
    });
  }

  /** Whether no window of the day waits to be compacted. */
  idle(day: number): Promise<boolean> {
    return this.partitions.use(
      day,
      async (partition) => (await looseWindows(partition)).length === 0,
    );
  }

  private async begin(partition: Partition, now: number): Promise<typeof this.pass> {
    for (const window of await looseWindows(partition)) {
      const end = partition.day * DAY + (window + 1) * WINDOW;
      const last = this.last.get(partition.day * 100 + window) ?? Number.NEGATIVE_INFINITY;
      if (end + GRACE > now || last + AGAIN > now) continue;
      // Unmarked first: chunks that come during the pass mark it again.
      const batch = new Batch();
      batch.put(Uint8Array.of(KIND.loose, window, 1), new Uint8Array());
      batch.del(Uint8Array.of(KIND.loose, window));
      await partition.commit(batch);
      return {
        day: partition.day,
        window,
        run: new WindowPass(partition, window, this.log, this.slices),
      };
    }
    return undefined;
  }

  private async finish(partition: Partition, window: number, run: WindowPass): Promise<void> {
    await run.dropTimes(partition);
    const emptied = [Uint8Array.of(KIND.staged), timesPrefix(window), chunkPrefix(window)];
    await rewrite(partition.db, ...emptied.map((prefix) => prefixRange(prefix)));
    // Last: a pass that a kill ended before is made again, which costs no more than work.
    const batch = new Batch();
    batch.del(Uint8Array.of(KIND.loose, window, 1));
    await partition.commit(batch);
  }
}

/** Windows with loose chunks; a pass that a crash ended is among them under a longer key. */
async function looseWindows(partition: Partition): Promise<number[]> {
  const windows = new Set<number>();
  for await (const [key] of partition.scan(prefixRange(Uint8Array.of(KIND.loose)))) {
    windows.add(key[1] as number);
  }
  return [...windows];
}
