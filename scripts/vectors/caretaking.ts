/** How the messages of checks, tasks, commands and desired state are written as JSON and back. */
import {
  decodeCommand,
  encodeCommand,
  type RemoteCommand,
} from '../../protocol/messages/command.ts';
import {
  type CommandResult,
  decodeCommandResult,
  encodeCommandResult,
} from '../../protocol/messages/command-result.ts';
import { type Desired, decodeDesired, encodeDesired } from '../../protocol/messages/desired.ts';
import { decodeHealth, encodeHealth, type Health } from '../../protocol/messages/health.ts';
import { decodeReport, encodeReport, type Report } from '../../protocol/messages/report.ts';
import { decodeReported, encodeReported, type Reported } from '../../protocol/messages/reported.ts';
import type { Result } from '../../protocol/result.ts';

interface Codec {
  /** From a vector's meaning. */
  readonly encode: (meaning: unknown) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => Result<unknown>;
}

/** JSON has no maps: vectors write them as objects. */
function map<V>(object: unknown): ReadonlyMap<string, V> {
  return new Map(Object.entries(object as Record<string, V>));
}

export const CARETAKING = {
  health: {
    encode(meaning) {
      const health = meaning as Health;
      const checks = health.checks.map((one) => ({ ...one, labels: map<string>(one.labels) }));
      return encodeHealth({ ...health, checks });
    },
    decode: decodeHealth,
  },
  reported: {
    encode(meaning) {
      const reported = meaning as Reported;
      return encodeReported({ ...reported, flags: map(reported.flags) });
    },
    decode: decodeReported,
  },
  report: {
    encode(meaning) {
      const report = meaning as Report;
      return encodeReport({ ...report, figures: map(report.figures) });
    },
    decode: decodeReport,
  },
  res: {
    encode(meaning) {
      const result = meaning as CommandResult;
      return encodeCommandResult({ ...result, attributes: map(result.attributes) });
    },
    decode: decodeCommandResult,
  },
  cmd: {
    encode(meaning) {
      const command = meaning as RemoteCommand;
      return encodeCommand({ ...command, args: map(command.args) });
    },
    decode: decodeCommand,
  },
  desired: {
    encode(meaning) {
      const desired = meaning as Desired;
      return encodeDesired({ ...desired, flags: map(desired.flags) });
    },
    decode: decodeDesired,
  },
} as const satisfies Readonly<Record<string, Codec>>;

export type CaretakingKind = keyof typeof CARETAKING;
