/** What the undamaged data folder of the collector held. */
import type { Content } from './collector-content.ts';

export interface Notes {
  readonly today: number;
  /** The next number of each device. */
  readonly next: number;
  readonly samples: readonly (readonly [string, number])[];
  /** Those that only the journal has. */
  readonly journalled: readonly string[];
  readonly rollups: readonly (readonly [string, string])[];
  readonly rest: Omit<Content, 'samples'>;
}
