/** `cmd/<id>`: an imperative one-off with a deadline; the id is the topic's last level. */

/** What a device can be told; which of them it obeys is its own configuration's choice. */
export const COMMANDS = {
  ping: 'answer with the time and the version',
  'run-check': 'run one check now (argument check)',
  'run-task': 'run one declared task now (argument task, optional dryRun)',
  'cancel-task': 'stop the task that runs (argument task)',
  'collect-logs': 'send the last lines of a declared log or unit (arguments unit, lines)',
  'restart-agent': 'restart the agent',
  reboot: 'reboot the machine',
  'update-now': 'look for updates now',
} as const;
export type CommandName = keyof typeof COMMANDS;

export interface RemoteCommand {
  /** A name of `COMMANDS`, or one that a newer collector knows. */
  readonly name: string;
  /** UTC milliseconds by the collector's clock. */
  readonly issuedAt: number;
  /** After this instant (UTC milliseconds) it is refused as expired. */
  readonly deadline: number;
  readonly args: ReadonlyMap<string, string>;
  /** Who asked, for the device's own log. */
  readonly by: string;
}
