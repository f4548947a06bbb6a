/** What a store is made of, for those who work on several of its parts. */
import type { Log } from '../../ports.ts';
import type { Ends } from './ends.ts';
import type { Memory } from './memory.ts';
import type { Limits, Retention } from './options.ts';
import type { Partitions } from './partitions.ts';
import type { Precedence } from './precedence.ts';
import type { Reader } from './reader.ts';
import type { Rollups } from './rollups.ts';
import type { SeriesIndex } from './series-index.ts';

export interface StoreParts {
  readonly path: string;
  readonly index: SeriesIndex;
  readonly partitions: Partitions;
  readonly memory: Memory;
  readonly ends: Ends;
  readonly reader: Reader;
  readonly rollups: Rollups;
  readonly precedence: Precedence;
  readonly retention: Retention;
  readonly limits: Limits;
  readonly log: Log;
}
