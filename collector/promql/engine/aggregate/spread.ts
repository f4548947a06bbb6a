/** An aggregation that passes on some of its series, or makes new ones; the columns are its own. */
import type { Column, Sink } from '../column.ts';
import type { FoldContext } from './fold.ts';
import type { Group } from './grouping.ts';

export interface Spread {
  add(group: Group, column: Column, sink: Sink): void;
  finish(sink: Sink): void | Promise<void>;
}

export type SpreadFactory = (context: FoldContext) => Spread;
