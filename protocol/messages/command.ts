/** `cmd/<id>`: an imperative one-off with a deadline; the id is the topic's last level. */
import { encodeCbor } from '../cbor/encode.ts';
import type { CborValue } from '../cbor/values.ts';
import { PROTOCOL_VERSION, TIME_RANGE } from '../limits.ts';
import type { Result } from '../result.ts';
import { openMessage } from './open.ts';

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

const KEY = { version: 0, name: 1, issuedAt: 2, deadline: 3, args: 4, by: 5 } as const;

export const COMMAND_LIMITS = { nameBytes: 64, args: 32, argBytes: 4_096, byBytes: 128 } as const;
const MAX = COMMAND_LIMITS;

export function encodeCommand(command: RemoteCommand): Uint8Array {
  return encodeCbor(
    new Map<number, CborValue>([
      [KEY.version, PROTOCOL_VERSION],
      [KEY.name, command.name],
      [KEY.issuedAt, command.issuedAt],
      [KEY.deadline, command.deadline],
      [KEY.args, command.args],
      [KEY.by, command.by],
    ]),
  );
}

export function decodeCommand(bytes: Uint8Array): Result<RemoteCommand> {
  const opened = openMessage(bytes, 'cmd');
  if (!opened.ok) return opened;
  const fields = opened.value;
  return fields.done({
    name: fields.text(KEY.name, MAX.nameBytes),
    issuedAt: fields.int(KEY.issuedAt, TIME_RANGE),
    deadline: fields.int(KEY.deadline, TIME_RANGE),
    args: fields.texts(KEY.args, MAX.args, MAX.argBytes),
    by: fields.text(KEY.by, MAX.byBytes),
  });
}
