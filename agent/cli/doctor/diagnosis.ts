/** The contract of a diagnosis: one thing that can keep the agent from working, one file. */
import type { AgentConfig } from '../../config.ts';
import type { World } from '../../ports/world.ts';

export type Verdict = 'ok' | 'warn' | 'fail';

export interface Finding {
  readonly verdict: Verdict;
  /** What was seen. */
  readonly detail: string;
  /** What to do about it; for everything but `ok`. */
  readonly remedy?: string;
}

export interface Diagnosis {
  readonly name: string;
  /** Looks and changes nothing. Empty when there is nothing to look at on this machine. */
  run(world: World, config: AgentConfig): Promise<readonly Finding[]>;
}

export function ok(detail: string): Finding {
  return { verdict: 'ok', detail };
}

export function warn(detail: string, remedy: string): Finding {
  return { verdict: 'warn', detail, remedy };
}

export function fail(detail: string, remedy: string): Finding {
  return { verdict: 'fail', detail, remedy };
}
