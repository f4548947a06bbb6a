/** What is wanted of devices beside what they say that they run. */
import type { Reported } from '../../../protocol/messages/reported.ts';
import type { Device } from '../../core/device.ts';
import { diff } from '../../core/fleet/diff.ts';
import type { FleetDevices } from '../../ports/fleet-commands.ts';
import type { DesiredState, DesiredSummary, DesiredView } from '../../ports/fleet-desk.ts';
import type { DesiredStates } from './desired.ts';

const SLICE = 2_000;

export function viewDesired(desired: DesiredStates, device: Device): DesiredView {
  const record = desired.record(device.id);
  const { config, flags, layers } = desired.content(device);
  const wanted = Object.fromEntries(flags);
  const { reported } = device;
  return {
    device: device.id,
    state: stateOf(record?.version, reported),
    version: record?.version ?? 0,
    issuedAt: record?.issuedAt ?? 0,
    config,
    flags: wanted,
    packages: desired.packagesOf(device.id),
    layers,
    problem: desired.problem(device.id),
    differences: reported === undefined ? [] : diff(Object.fromEntries(reported.flags), wanted),
    ...(reported && { reported: shownReport(reported) }),
  };
}

export async function summarizeDesired(
  desired: DesiredStates,
  devices: FleetDevices,
  limit: number,
  breathe: () => Promise<void>,
): Promise<DesiredSummary> {
  const counts = { unasked: 0, pending: 0, trying: 0, applied: 0, refused: 0, 'rolled-back': 0 };
  const troubled: DesiredSummary['troubled'][number][] = [];
  let seen = 0;
  for (const { id: device, reported } of devices.all()) {
    if (++seen % SLICE === 0) await breathe();
    const state = stateOf(desired.record(device)?.version, reported);
    counts[state] += 1;
    const bad = state === 'refused' || state === 'rolled-back';
    if (bad && troubled.length < limit) {
      troubled.push({ device, state, problems: reported?.problems ?? [] });
    }
  }
  return { counts, troubled };
}

function stateOf(version: number | undefined, reported: Reported | undefined): DesiredState {
  if (version === undefined) return 'unasked';
  if (reported === undefined || reported.seen < version || reported.outcome === 'none') {
    return 'pending';
  }
  return reported.outcome;
}

function shownReport(reported: Reported): NonNullable<DesiredView['reported']> {
  const { version, seen, outcome, problems, restartNeeded, config, packages } = reported;
  return { version, seen, outcome, problems, restartNeeded, config, packages };
}
