/** The contract of a remote command (`cmd/<id>`): one name, one file, one line in `index.ts`. */
import type { CommandName } from '../../protocol/messages/command.ts';
import type { Helper, Runner } from '../ports/caretaking.ts';
import type { Clock, Host } from '../ports.ts';

export interface CommandContext {
  /** Of this command: the last level of its topic. */
  readonly id: string;
  readonly clock: Clock;
  readonly host: Host;
  readonly runner: Runner;
  readonly helper: Helper;
  readonly signal: AbortSignal;
  /** A piece of output that is sent while the command runs. */
  print(text: string): void;
  runCheck(name: string): Promise<{ readonly ok: boolean; readonly text: string }>;
  /** A name that is not declared is answered with `ok: false`. */
  runTask(
    name: string,
    options: {
      readonly dryRun: boolean;
      readonly trigger: string;
      readonly output: (text: string) => void;
    },
  ): Promise<{ readonly ok: boolean; readonly text: string }>;
  cancelTask(name: string): boolean;
  /** Takes place after the command's record and last message are stored. */
  restartAgent(): void;
  /** What a reboot would cut short (an update, a change of packages), in words. */
  inTheWayOfReboot?(): string | undefined;
  updateNow(): Promise<{ readonly ok: boolean; readonly text: string }>;
  /** Units and files whose last lines may be sent, from the device's own configuration. */
  readonly logs: { readonly units: readonly string[]; readonly files: readonly string[] };
}

export interface CommandAnswer {
  readonly ok: boolean;
  readonly text: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface RemoteCommandKind {
  readonly name: CommandName;
  /** Arguments that it takes; others are refused. */
  readonly args: readonly string[];
  /** Obeyed unless the configuration says otherwise. */
  readonly byDefault: boolean;
  /**
   * It ends by a start of the agent or of the machine: a good answer means that one is coming, and
   * success is told after it.
   */
  readonly endsBy?: 'agent' | 'machine';
  /** What is wrong with its arguments; it is not run then. */
  problem?(args: ReadonlyMap<string, string>): string | undefined;
  run(args: ReadonlyMap<string, string>, context: CommandContext): Promise<CommandAnswer>;
}
