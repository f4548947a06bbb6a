/** A device as the catalog keeps it: plain JSON, with a version in front. */
import { decodeHealth, encodeHealth } from '../../protocol/messages/health.ts';
import { decodeReported, encodeReported } from '../../protocol/messages/reported.ts';
import type { OnlineState } from '../../protocol/messages/state.ts';
import type { Result } from '../../protocol/result.ts';
import { type Device, newDevice } from './device.ts';
import type { GapRecord } from './gaps.ts';
import { DeviceLedger, type EpochRecord } from './ledger.ts';
import type { Problem, ProblemCode } from './problems.ts';

interface DeviceRecord {
  readonly version: 1;
  readonly id: string;
  readonly site: string;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly state?: StateRecord;
  /** The messages themselves, in base64. */
  readonly health?: string;
  readonly reported?: string;
  readonly epochs: readonly string[];
  readonly ledger: readonly EpochRecord[];
  readonly gaps: readonly GapRecord[];
  readonly gapsDropped: number;
  readonly problems: readonly (readonly [ProblemCode, Problem])[];
  readonly machines: readonly (readonly [string, number])[];
}

type StateRecord = Omit<OnlineState, 'labels' | 'facts'> & {
  readonly labels: readonly (readonly [string, string])[];
  readonly facts: readonly (readonly [string, string])[];
};

export function writeDevice(device: Device): Uint8Array {
  const { state, health, reported, ledger, problems, machines, ...plain } = device;
  const record: DeviceRecord = {
    version: 1,
    ...plain,
    ...(state === undefined
      ? {}
      : { state: { ...state, labels: [...state.labels], facts: [...state.facts] } }),
    ...(health === undefined ? {} : { health: base64(encodeHealth(health)) }),
    ...(reported === undefined ? {} : { reported: base64(encodeReported(reported)) }),
    ledger: ledger.records(),
    problems: [...problems],
    machines: [...machines],
  };
  return Buffer.from(JSON.stringify(record));
}

/** Reads what `writeDevice` wrote; `undefined` when the bytes are something else. */
export function readDevice(bytes: Uint8Array, forgetful = false): Device | undefined {
  try {
    const record = JSON.parse(Buffer.from(bytes).toString()) as DeviceRecord;
    return record.version === 1 ? fromRecord(record, forgetful) : undefined;
  } catch {
    return undefined;
  }
}

function fromRecord(record: DeviceRecord, forgetful: boolean): Device {
  const { state } = record;
  return {
    ...newDevice(record.id, record.site, record.firstSeen),
    lastSeen: record.lastSeen,
    state: state && { ...state, labels: new Map(state.labels), facts: new Map(state.facts) },
    health: message(record.health, decodeHealth),
    reported: message(record.reported, decodeReported),
    ledger: DeviceLedger.restore(record.ledger, forgetful),
    gaps: [...record.gaps],
    gapsDropped: record.gapsDropped,
    problems: new Map(record.problems),
    epochs: [...record.epochs],
    machines: new Map(record.machines),
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** What cannot be read is asked for again. */
function message<T>(
  text: string | undefined,
  decode: (bytes: Uint8Array) => Result<T>,
): T | undefined {
  if (text === undefined) return undefined;
  const decoded = decode(Buffer.from(text, 'base64'));
  return decoded.ok ? decoded.value : undefined;
}
