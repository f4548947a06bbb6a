/** The contract of a remedy: one kind, one file, one line in `index.ts`; configured by `remedies.<name>.<kind>`. */
import type { Schema } from '../../protocol/config/schema.ts';
import type { Helper, Runner } from '../ports/caretaking.ts';

export interface RemedyContext {
  readonly runner: Runner;
  readonly helper: Helper;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** The check that asks for it. */
  readonly check: string;
  /** Runs a declared task now, ahead of its schedule; resolves with how it ended. */
  runTask(name: string): Promise<{ readonly ok: boolean; readonly text: string }>;
}

export interface RemedyOutcome {
  readonly ok: boolean;
  readonly text: string;
  readonly output?: string;
}

export interface Remedy<Options = unknown> {
  readonly kind: string;
  readonly summary: string;
  readonly schema: Schema<Options>;
  readonly timeoutSeconds: number;
  /** Rules between its options that the schema cannot say: what is wrong, by key. */
  problems?(options: Options): readonly { readonly key: string; readonly message: string }[];
  /** Things that it works on (`unit:nginx.service`, `machine`): never two on one at a time. */
  claims(options: Options): readonly string[];
  run(options: Options, context: RemedyContext): Promise<RemedyOutcome>;
}

export function remedy<Options>(declared: Remedy<Options>): Remedy {
  return declared as Remedy;
}
