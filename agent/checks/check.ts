/**
 * The contract of a check: one kind, one file, one line in `index.ts`.
 *
 * A check looks once and answers; how often, how many failures count and who stands behind whom is
 * decided in `core/checks`. It is configured by the key of its kind: `checks.<name>.<kind>`.
 */

import type { Schema } from '../../protocol/config/schema.ts';
import type { CheckState } from '../../protocol/messages/health.ts';
import type { Runner } from '../ports/caretaking.ts';
import type { Ending, Prober } from '../ports/probing.ts';
import type { Clock, Host } from '../ports.ts';

export interface CheckContext {
  readonly host: Host;
  readonly clock: Clock;
  readonly runner: Runner;
  /** The network. */
  readonly prober: Prober;
  /** Its time: whatever is open when it is over must be closed. */
  readonly ending: Ending;
  readonly timeoutMs: number;
  /** Folder of the configuration file, where relative paths start. */
  readonly folder: string;
  /** What this check remembered in its last run (counters to compare with); plain data. */
  readonly memory: Map<string, unknown>;
}

/** A figure that a check measured beside its verdict: `muster_check_value{check,name,unit}`. */
export interface CheckFigure {
  readonly name: string;
  /** A base unit (`seconds`, `bytes`, `ratio`, `celsius`) or empty. */
  readonly unit: string;
  readonly value: number;
}

export interface CheckFinding {
  readonly state: CheckState;
  /** One line for people: what was found, with the figures. Never a secret. */
  readonly text: string;
  readonly figures?: readonly CheckFigure[];
  /** Whether the run kept its latency budget; absent for checks without one. */
  readonly withinBudget?: boolean;
  /** Unix time (seconds) of the earliest end of a certificate seen: `probe_ssl_earliest_cert_expiry`. */
  readonly certificateEnd?: number;
}

export interface Check<Options = unknown> {
  /** The key in the configuration. */
  readonly kind: string;
  /** One line for the table of checks in the documents. */
  readonly summary: string;
  /** Of its options, from `protocol/config/schema.ts`. What `desired` may tune is marked `remote`. */
  readonly schema: Schema<Options>;
  /** The interval and timeout unless the configuration says otherwise. */
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  /** Said to be `false` of a kind that tells no duration: it may run while others do. */
  readonly measuresTime?: false;
  /** Rules between its options that the schema cannot say: what is wrong, by key. */
  problems?(options: Options): readonly { readonly key: string; readonly message: string }[];
  /** Looks once. A rejection counts as `unknown` with its message. */
  run(options: Options, context: CheckContext): Promise<CheckFinding>;
}

/** Keeps a check's own types while it is declared, and forgets them for the registry. */
export function check<Options>(declared: Check<Options>): Check {
  return declared as Check;
}

/** What a check is given besides its options, but for what belongs to the one run. */
export type CheckWorld = Omit<CheckContext, 'ending' | 'timeoutMs' | 'memory'>;

/** What one run is given, and how it is told that its time is over. */
export class Sight implements CheckContext, Ending {
  readonly host: CheckContext['host'];
  readonly clock: CheckContext['clock'];
  readonly runner: CheckContext['runner'];
  readonly prober: CheckContext['prober'];
  readonly folder: string;
  readonly timeoutMs: number;
  readonly memory: CheckContext['memory'];
  #isOver = false;
  readonly #stops = new Set<() => void>();

  constructor(
    { host, clock, runner, prober, folder }: CheckWorld,
    timeoutMs: number,
    memory: CheckContext['memory'],
  ) {
    this.host = host;
    this.clock = clock;
    this.runner = runner;
    this.prober = prober;
    this.folder = folder;
    this.timeoutMs = timeoutMs;
    this.memory = memory;
  }

  get ending(): Ending {
    return this;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  whenOver(stop: () => void): () => void {
    this.#stops.add(stop);
    return () => this.#stops.delete(stop);
  }

  /** Once: what is open is closed. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const stop of this.#stops) stop();
    this.#stops.clear();
  }
}
