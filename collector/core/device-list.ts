/** The list of devices as tools ask for it: filtered, in order of id, without what makes it heavy. */
import { compareText } from './text.ts';
import type { DeviceSummary, DeviceView, HealthBrief, HealthStatus } from './views.ts';

export interface DeviceQuery {
  readonly site?: string;
  /** `unknown`: the collector is too young to tell. */
  readonly up?: 'true' | 'false' | 'unknown';
  /** `unknown`: the device never said how it is. */
  readonly health?: HealthStatus | 'unknown';
  /** `name=value`, or `name` for any value; all must hold. */
  readonly labels: readonly string[];
  /** Only ids after this one: the last of the page before. */
  readonly after?: string;
  readonly limit: number;
}

export interface DevicePage {
  readonly devices: readonly DeviceSummary[];
  /** How many match, on this and all other pages. */
  readonly total: number;
}

export function listDevices(all: readonly DeviceView[], query: DeviceQuery): DevicePage {
  const matching = all.filter((device) => matches(device, query));
  const { after = '', limit } = query;
  const page = matching
    .filter(({ id }) => after === '' || compareText(id, after) > 0)
    .sort((a, b) => compareText(a.id, b.id))
    .slice(0, limit);
  return { devices: page.map(summarize), total: matching.length };
}

function summarize(device: DeviceView): DeviceSummary {
  const { epochs, gaps, health, reported: _, ...rest } = device;
  const lastGap = gaps.at(-1);
  return {
    ...rest,
    // What the device held and had not seen acknowledged when it last said so.
    held: epochs.reduce((sum, { low, next }) => sum + Math.max(0, next - low), 0),
    gapCount: gaps.length,
    ...(health === undefined ? {} : { health: brief(health) }),
    ...(lastGap === undefined ? {} : { lastGap }),
  };
}

function brief({ overall, reason, since, failing }: HealthBrief): HealthBrief {
  return { overall, reason, since, failing };
}

function matches(device: DeviceView, { site, up, health, labels }: DeviceQuery): boolean {
  if (site !== undefined && device.site !== site) return false;
  if (up !== undefined && String(device.up ?? 'unknown') !== up) return false;
  if (health !== undefined && (device.health?.overall ?? 'unknown') !== health) return false;
  return labels.every((wanted) => {
    const cut = wanted.indexOf('=');
    const value = device.labels[cut < 0 ? wanted : wanted.slice(0, cut)];
    return cut < 0 ? value !== undefined : value === wanted.slice(cut + 1);
  });
}
