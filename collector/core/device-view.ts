/** A device as the API, the page and the mirror show it. */
import type { CheckHealth, Health } from '../../protocol/messages/health.ts';
import type { Reported } from '../../protocol/messages/reported.ts';
import type { Device } from './device.ts';
import type { GapRecord } from './gaps.ts';
import { PROBLEMS } from './problems.ts';
import type {
  CheckView,
  DeviceView,
  EpochView,
  GapView,
  HealthView,
  ReportedView,
} from './views.ts';

/** Spans shown of one epoch; a healthy one has a single span. */
const SHOWN_SPANS = 32;

export function viewDevice(device: Device, up: boolean | undefined): DeviceView {
  const { id, site, firstSeen, lastSeen, state, gaps, problems, health, reported } = device;
  return {
    id,
    site,
    ...(up === undefined ? {} : { up }),
    firstSeen,
    lastSeen,
    agentVersion: state?.agentVersion ?? '',
    boot: state?.boot ?? '',
    machine: state?.machine ?? '',
    labels: Object.fromEntries(state?.labels ?? []),
    facts: Object.fromEntries(state?.facts ?? []),
    capabilities: state?.capabilities ?? [],
    heartbeatSeconds: state?.heartbeatSeconds ?? 0,
    epochs: viewEpochs(device),
    gaps: gaps.map(viewGap),
    problems: [...problems].map(([code, { detail }]) => `${code}: ${PROBLEMS[code]} (${detail})`),
    ...(health === undefined ? {} : { health: viewHealth(health) }),
    ...(reported === undefined ? {} : { reported: viewReported(reported) }),
  };
}

/** Views of the whole fleet are made often, and health changes seldom. */
const healthViews = new WeakMap<Health, HealthView>();

function viewHealth(health: Health): HealthView {
  const known = healthViews.get(health);
  if (known !== undefined) return known;
  const { wall, overall, reason, since, checks } = health;
  const failing = checks.filter(({ state }) => state === 'critical').length;
  const view = { overall, reason, since, failing, at: wall, checks: checks.map(viewCheck) };
  healthViews.set(health, view);
  return view;
}

function viewCheck(check: CheckHealth): CheckView {
  return { ...check, labels: Object.fromEntries(check.labels) };
}

function viewReported({ wall, ...reported }: Reported): ReportedView {
  return { ...reported, at: wall, flags: Object.fromEntries(reported.flags) };
}

export function viewGap({
  from,
  to,
  cause,
  samples,
  epoch,
}: Omit<GapRecord, 'reportedAt'>): GapView {
  return {
    from,
    to,
    cause,
    ...(samples === undefined ? {} : { samples }),
    ...(epoch === undefined ? {} : { epoch }),
  };
}

function viewEpochs({ ledger, state }: Device): EpochView[] {
  const held = new Map(state?.epochs.map((one) => [one.epoch, one]));
  const epochs = ledger.records().map(({ epoch, low, intervals }): EpochView => {
    const next = Math.max(held.get(epoch)?.next ?? 1, (intervals.at(-1)?.last ?? 0) + 1);
    const received = intervals.slice(-SHOWN_SPANS).map(({ first, last }) => ({ first, last }));
    return { epoch, low, next, received, spans: intervals.length };
  });
  const order = [...held.keys()];
  return epochs.sort((a, b) => order.indexOf(a.epoch) - order.indexOf(b.epoch));
}
