/**
 * The contract of a task's executor: one kind, one file, one line in `index.ts`.
 *
 * When and whether it runs is decided in `core/tasks`. It is configured by the key of its kind:
 * `tasks.<name>.<kind>`. An executor runs in the agent or, where the task says `root: true`, in the
 * privileged helper: it reaches the world by its context alone.
 */
import type { Schema } from '../../protocol/config/schema.ts';
import type { Runner } from '../ports/caretaking.ts';
import type { Upkeep } from '../ports/maintenance.ts';
import type { Clock, Host } from '../ports.ts';

export interface TaskContext {
  readonly host: Host;
  readonly clock: Clock;
  readonly runner: Runner;
  /** Files and servers (`io/maintenance`). */
  readonly upkeep: Upkeep;
  /** The task's name in the configuration. */
  readonly name: string;
  /** Aborted by a timeout, a cancel or the agent's end: stop soon and leave things whole. */
  readonly signal: AbortSignal;
  /** Milliseconds that are left. */
  readonly timeoutMs: number;
  /** Says what would be done, and does nothing. */
  readonly dryRun: boolean;
  /** Folder of the configuration file, where relative paths start. */
  readonly folder: string;
  /** The agent's data folder. */
  readonly data: string;
  readonly device: string;
  /** Base of the collector's HTTP API, e.g. `https://collector.example.com:8443`; absent: not configured. */
  readonly collectorUrl: string | undefined;
  /** A line of progress or output, kept in the report's tail. */
  print(line: string): void;
  /** Parts of the agent itself that some executors need; absent in the helper. */
  readonly own?: {
    /** Compacts the buffer; answers the bytes given back to the file system. */
    compactBuffer(): Promise<number>;
    restartAgent(): Promise<void>;
  };
}

export interface TaskOutcome {
  readonly ok: boolean;
  /** One line for people. */
  readonly text: string;
  /** What changed (or would), a line each; the first 256 are reported. */
  readonly changes: readonly string[];
  /** Whole numbers: `bytes_freed`, `files_removed`, `packages_upgraded`, ... */
  readonly figures: Readonly<Record<string, number>>;
  /** The run failed in a way that another try cannot mend. */
  readonly permanent?: boolean;
}

export interface Task<Options = unknown> {
  /** The key in the configuration. */
  readonly kind: string;
  readonly summary: string;
  readonly schema: Schema<Options>;
  /** The timeout unless the configuration says otherwise. */
  readonly timeoutSeconds: number;
  /** Whether it runs in the helper unless `root` says otherwise. */
  readonly root: boolean;
  /** What it works on, in the words of remedies (`unit:web.service`): none begins to work on that meanwhile. */
  claims?(options: Options): readonly string[];
  problems?(options: Options): readonly { readonly key: string; readonly message: string }[];
  /** Runs to its end. A rejection counts as failed with its message. */
  run(options: Options, context: TaskContext): Promise<TaskOutcome>;
}

export function task<Options>(declared: Task<Options>): Task {
  return declared as Task;
}
