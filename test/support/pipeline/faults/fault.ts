/** What a fault of the exactly-once check is. */
import type { Pipeline } from '../pipeline.ts';
import type { Random } from '../random.ts';
import type { Need } from './need.ts';

export interface Fault {
  readonly name: string;
  readonly needs?: Need;
  /** Causes of gaps that this fault allows. Link, broker and collector failures cause none. */
  readonly allows: readonly string[];
  run(pipeline: Pipeline, random: Random): Promise<void>;
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
