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

/** For what hangs: a busy machine takes a minute to start a program. */
const PATIENCE_MS = 180_000;

/** Waits for what a fault must lead to; it fails the run by `what` when it does not come. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`in vain: ${what}`);
    await pause(50);
  }
}
