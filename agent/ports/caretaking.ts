/** What checks, tasks, remedies and remote commands ask of the world. `io/` implements these. */
import type { CommandResultBody } from '../../protocol/messages/command-result.ts';
import type { ReportBody } from '../../protocol/messages/report.ts';
import type { Ending } from './probing.ts';

/** A program that ran to its end, was stopped, or could not be started. */
export interface RunResult {
  /** Exit code; `undefined` when a signal ended it or it never started. */
  readonly code: number | undefined;
  readonly signal: string | undefined;
  /** Why it could not be started (`ENOENT`, `EACCES`); absent when it was. */
  readonly refused?: string;
  readonly timedOut: boolean;
  /** The first bytes of standard output, up to `keepBytes`. */
  readonly stdout: string;
  readonly stderr: string;
  /** The last bytes of both, in the order in which they came, up to `keepBytes`. */
  readonly tail: string;
}

export interface RunOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** The same for who has one: a signal and its listener cost a tenth of starting a program. */
  readonly ending?: Ending;
  /** Of each stream and of the tail; 16 KiB unless given. What is above is dropped, not kept. */
  readonly keepBytes?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Called with each piece of output as it comes. */
  readonly output?: (text: string) => void;
}

/**
 * Child processes (`io/runner.ts`). No shell: a command is a program and its arguments. At the end of
 * its time its whole process group is told to stop (SIGTERM), and 5 s later killed. Never rejects.
 */
export interface Runner {
  run(command: readonly [string, ...string[]], options: RunOptions): Promise<RunResult>;
}

/** What only root may do. The list is fixed, and the helper checks every argument again. */
export type HelperRequest =
  | { readonly verb: 'restart-unit'; readonly unit: string }
  | { readonly verb: 'reboot'; readonly reason: string }
  /** The task's declaration is read by the helper itself from the device's own configuration file. */
  | {
      readonly verb: 'run-task';
      readonly task: string;
      readonly dryRun: boolean;
      readonly timeoutMs: number;
    }
  /**
   * A step of an installer. What is installed is read by the helper itself: the manifest from its own
   * trust store, the file by the hash that stands there. `from` is empty where nothing was.
   */
  | {
      readonly verb: 'install';
      readonly step: 'install' | 'switch' | 'undo' | 'discard' | 'keep';
      readonly name: string;
      readonly version: string;
      readonly from: string;
    };

export interface HelperAnswer {
  readonly ok: boolean;
  /** One line for people: what was done, or why not. */
  readonly text: string;
  /** For `run-task`: what the executor answered. */
  readonly outcome?: unknown;
}

/** The privileged helper (`io/helper-client.ts`). Never rejects: a helper that is not there says so. */
export interface Helper {
  ask(
    request: HelperRequest,
    options: { readonly signal?: AbortSignal; readonly output?: (text: string) => void },
  ): Promise<HelperAnswer>;
}

/**
 * Small durable facts of the agent, one file each below `data/facts` (`io/facts.ts`): counters of
 * remedies, runs under way, command ids, the desired state. A put is atomic and synced: after a cut
 * there is the old text or the new one. Names are `<group>/<key>`, both `[a-z0-9][a-z0-9._-]*`.
 */
export interface Facts {
  /** What was there at the opening or was put since. */
  get(name: string): string | undefined;
  /** Names of a group, sorted. */
  names(group: string): readonly string[];
  put(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Where caretaking tells what it did: numbered records that are not lost (`work/recording.ts`). */
export interface Journal {
  event(event: {
    readonly name: string;
    readonly severity: 'info' | 'warning' | 'error';
    readonly text: string;
    readonly attributes?: Readonly<Record<string, string>>;
  }): Promise<void>;
  /** `id` names the run; the same id may be reported again as it goes on. */
  report(id: string, report: ReportBody): Promise<void>;
  result(id: string, result: CommandResultBody): Promise<void>;
  /** UTC milliseconds as far as the time is known. */
  now(): number;
}
