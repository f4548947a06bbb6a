/** The contract of a verb: one file, one line in `index.ts`. */
import type { HelperAnswer, HelperRequest, Runner } from '../../ports/caretaking.ts';
import type { Upkeep } from '../../ports/maintenance.ts';
import type { Clock, Host } from '../../ports.ts';
import type { Declarations } from '../declarations.ts';
import type { UnderWay } from './under-way.ts';

export interface VerbContext {
  readonly declared: Declarations;
  /** The helper's own folder, which only root may enter. */
  readonly state: string;
  readonly underWay: UnderWay;
  readonly runner: Runner;
  readonly host: Host;
  readonly clock: Clock;
  /** Files and servers, for executors. */
  openUpkeep(place: Declarations['place']): Promise<Upkeep>;
  /** Aborted when whoever asked went away, or the helper stops. */
  readonly signal: AbortSignal;
  /** A piece of output for whoever asked. */
  print(text: string): void;
}

export type RequestOf<V extends HelperRequest['verb']> = Extract<HelperRequest, { verb: V }>;

/** Looks at once more what the request names, does it, and answers. May reject. */
export type Verb<V extends HelperRequest['verb']> = (
  request: RequestOf<V>,
  context: VerbContext,
) => Promise<HelperAnswer>;

export function refused(why: string): HelperAnswer {
  return { ok: false, text: `refused: ${why}` };
}
