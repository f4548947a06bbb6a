/** A device as the catalog keeps it: plain JSON, with a version in front. */
import type { OnlineState } from '../../protocol/messages/state.ts';
import {
  type Device,
  type GapRecord,
  newDevice,
  type Problem,
  type ProblemCode,
} from './device.ts';
import { DeviceLedger, type EpochRecord } from './ledger.ts';

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
}

type StateRecord = Omit<OnlineState, 'labels' | 'facts'> & {
  readonly labels: readonly (readonly [string, string])[];
  readonly facts: readonly (readonly [string, string])[];
};

export function writeDevice(device: Device): Uint8Array {
  const { id, site, firstSeen, lastSeen, state, epochs, ledger, gaps, gapsDropped, problems } =
    device;
  const record: DeviceRecord = {
    version: 1,
    id,
    site,
    firstSeen,
    lastSeen,
    ...(state === undefined
      ? {}
      : { state: { ...state, labels: [...state.labels], facts: [...state.facts] } }),
    epochs,
    ledger: ledger.records(),
    gaps,
    gapsDropped,
    problems: [...problems],
  };
  return Buffer.from(JSON.stringify(record));
}

/** Reads what `writeDevice` wrote; `undefined` when the bytes are something else. */
export function readDevice(bytes: Uint8Array): Device | undefined {
  const record = parse(bytes);
  if (record === undefined) return undefined;
  const { state } = record;
  return {
    ...newDevice(record.id, record.site, record.firstSeen),
    lastSeen: record.lastSeen,
    state: state && { ...state, labels: new Map(state.labels), facts: new Map(state.facts) },
    ledger: DeviceLedger.restore(record.ledger),
    gaps: [...record.gaps],
    gapsDropped: record.gapsDropped,
    problems: new Map(record.problems),
    epochs: [...record.epochs],
  };
}

function parse(bytes: Uint8Array): DeviceRecord | undefined {
  try {
    const record = JSON.parse(Buffer.from(bytes).toString()) as DeviceRecord;
    return record.version === 1 ? record : undefined;
  } catch {
    return undefined;
  }
}
