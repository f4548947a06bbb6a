/** What one may set about the journal, and its defaults. */
import type { Log } from '../../ports.ts';

export interface JournalOptions {
  readonly dir: string;
  readonly log?: Log;
  /** A segment that is larger is closed and the next one begun. */
  readonly segmentBytes?: number;
  /** What one synced write takes at most; a single larger entry still goes. */
  readonly groupBytes?: number;
  /** Entries that wait for the disk; beyond it `append` rejects with `journal-busy`. */
  readonly queueBytes?: number;
  /** All segments together; beyond it `append` rejects with `journal-full` until `truncate`. */
  readonly maxBytes?: number;
  /**
   * The lowest number that may be given out: one above the highest that the store has seen. The
   * journal may have lost its last entries to damage, or its folder altogether, and a number that
   * is given out twice would make the store take new data for a repeat.
   */
  readonly minSeq?: number;
}

export type Settings = Required<Omit<JournalOptions, 'log'>> & { readonly log: Log | undefined };

export function settings(options: JournalOptions): Settings {
  return {
    dir: options.dir,
    log: options.log,
    // What a checkpoint leaves of the journal, and an opening reads, is up to one segment.
    segmentBytes: options.segmentBytes ?? 16 * 1_048_576,
    groupBytes: options.groupBytes ?? 2 * 1_048_576,
    queueBytes: options.queueBytes ?? 64 * 1_048_576,
    maxBytes: options.maxBytes ?? Number.POSITIVE_INFINITY,
    minSeq: options.minSeq ?? 1,
  };
}
