/** What can be fuzzed: every decoder of `protocol/`, as a call that must answer and never throw. */
import { decodeCbor } from '../../protocol/cbor/decode.ts';
import type { Referenced } from '../../protocol/columns/block.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { decodeAck } from '../../protocol/messages/ack.ts';
import { decodeBatch, decodeBody } from '../../protocol/messages/batch.ts';
import { decodeCommand } from '../../protocol/messages/command.ts';
import { decodeCommandResult } from '../../protocol/messages/command-result.ts';
import { decodeDesired } from '../../protocol/messages/desired.ts';
import { decodeHeader } from '../../protocol/messages/envelope.ts';
import { decodeEvent } from '../../protocol/messages/event.ts';
import { decodeHealth } from '../../protocol/messages/health.ts';
import { decodeReport } from '../../protocol/messages/report.ts';
import { decodeReported } from '../../protocol/messages/reported.ts';
import { decodeSchema, SERIES_ALLOWANCE } from '../../protocol/messages/schema.ts';
import { decodeState } from '../../protocol/messages/state.ts';
import type { Result } from '../../protocol/result.ts';
import { readPromql } from './promql.ts';
import { readRemoteWrite } from './remote-write.ts';
import { readAlertmanager, readRules, readSettings } from './yaml.ts';

export const TARGETS = [
  'batch',
  'body',
  'schema',
  'state',
  'ack',
  'event',
  'health',
  'reported',
  'report',
  'res',
  'cmd',
  'desired',
  'guard',
  'promql',
  'rules',
  'alertmanager',
  'settings',
  'remotewrite',
] as const;
export type Target = (typeof TARGETS)[number];

/** No messages of ours, so the CDDL says nothing about them. */
export const FOREIGN: readonly Target[] = [
  'promql',
  'rules',
  'alertmanager',
  'settings',
  'remotewrite',
];

/** As large as dictionaries get; every other series has a reference. */
const series: readonly Referenced[] = Array.from({ length: LIMITS.series }, (_, i) =>
  i % 2 === 0 ? { reference: { mantissa: i * 1001, scale: i % 13 } } : {},
);

/** `guard` is the CBOR reader alone, `body` the blocks alone, `batch` both, one behind the other. */
export const decoders: Readonly<Record<Target, (bytes: Uint8Array) => Result<unknown>>> = {
  batch(bytes) {
    decodeHeader(bytes, 'batch');
    const batch = decodeBatch(bytes);
    return batch.ok ? decodeBody(batch.value.body, batch.value.header.wall, series) : batch;
  },
  body: (bytes) => decodeBody(bytes, 0, series),
  schema: decodeSchema,
  state: decodeState,
  ack: decodeAck,
  event: decodeEvent,
  health: decodeHealth,
  reported: decodeReported,
  report: decodeReport,
  res: decodeCommandResult,
  cmd: decodeCommand,
  desired: decodeDesired,
  guard: decodeCbor,
  promql: readPromql,
  rules: readRules,
  alertmanager: readAlertmanager,
  settings: readSettings,
  remotewrite: readRemoteWrite,
};

/** Rows x columns that a body declares, so far as its heads can be read: the memory it may take. */
export function cellsOf(target: Target, result: Result<unknown>): number {
  // Series of a dictionary are bounded first too, and allowed for in the same way.
  if (target === 'schema') return (LIMITS.series * SERIES_ALLOWANCE) / 8;
  if (target !== 'body' && target !== 'batch') return 0;
  if (!result.ok) return LIMITS.cells;
  const blocks = result.value as readonly { readonly values: Float64Array }[];
  return blocks.reduce((sum, block) => sum + block.values.length, 0);
}
