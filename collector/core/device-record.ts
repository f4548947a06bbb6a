/** A device as the catalog keeps it: plain JSON, with a version in front. */
import type { OnlineState } from '../../protocol/messages/state.ts';
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
  const { state, ledger, problems, machines, ...plain } = device;
  const record: DeviceRecord = {
    version: 1,
    ...plain,
    ...(state === undefined
      ? {}
      : { state: { ...state, labels: [...state.labels], facts: [...state.facts] } }),
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
    ledger: DeviceLedger.restore(record.ledger, forgetful),
    gaps: [...record.gaps],
    gapsDropped: record.gapsDropped,
    problems: new Map(record.problems),
    epochs: [...record.epochs],
    machines: new Map(record.machines),
  };
}
