/** What may be set about a store, and what holds when nothing is. */
import { DAY } from '../../core/store/calendar.ts';
import type { Log, RightOfWay } from '../../ports.ts';

export interface StoreOptions {
  /** The data folder of the store; made when it is not there. */
  readonly path: string;
  readonly retention?: Partial<Retention>;
  readonly limits?: Partial<Limits>;
  readonly log?: Log;
  /** The time it is, until `maintain` tells another. Without it no sample is too old or too new. */
  readonly now?: number;
  /** What the store's own work lets pass; without it nothing. */
  readonly rightOfWay?: RightOfWay;
}

/** Milliseconds that samples are kept, by what they are. */
export interface Retention {
  readonly raw: number;
  readonly minute: number;
  readonly hour: number;
}

export interface Limits {
  /** Series in use: one without samples for a day counts no more. */
  readonly seriesPerOwner: number;
  /** Series in the index, which keeps those of which samples or rollups are kept. */
  readonly series: number;
  /** Samples in memory, while the disk keeps up and while it refuses: 8 bytes each. */
  readonly headSamples: number;
  /**
   * Samples that wait to be written, beyond what full heads of all series in use hold: above it,
   * who brings more is asked to wait.
   */
  readonly waitingSamples: number;
}

export const DEFAULT_RETENTION: Retention = { raw: 15 * DAY, minute: 90 * DAY, hour: 731 * DAY };

export const DEFAULT_LIMITS: Limits = {
  seriesPerOwner: 10_000,
  series: 2_000_000,
  headSamples: 256_000_000,
  waitingSamples: 8_000_000,
};

export const FREE: RightOfWay = {
  enter: () => {},
  leave: () => {},
  given: () => undefined,
  inUse: () => false,
};

export const SILENT: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
