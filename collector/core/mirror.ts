/**
 * The JSON mirror, for tools that read no CBOR: what `muster/v1/<site>/<device>/json/<view>` holds.
 * docs/schemas/mirror-<view>.schema.json publishes these forms: add to them, never change them.
 */
import { formatValue } from './query/number.ts';
import { compareText } from './text.ts';
import type { CheckView, DeviceView, HealthStatus, HealthView, LiveSample } from './views.ts';

const VERSION = 1;
/** The topic says these already. */
const IDENTITY = new Set(['__name__', 'instance', 'site', 'job']);

interface MirrorHeader {
  readonly version: number;
  readonly device: string;
  readonly site: string;
  /** When this was written, UTC milliseconds. */
  readonly at: number;
}

export interface StateMirror extends MirrorHeader {
  /** `null` while the collector is too young to know. */
  readonly up: boolean | null;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly agentVersion: string;
  readonly boot: string;
  readonly machine: string;
  readonly heartbeatSeconds: number;
  readonly capabilities: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly facts: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
  readonly gaps: number;
}

export interface CheckMirror {
  readonly name: string;
  /** What its state makes of the device: `critical` of a check that is not critical degrades it. */
  readonly status: HealthStatus;
  /** UTC milliseconds. */
  readonly since: number;
  readonly text: string;
  /** The kind of check: `http`, `unit`, ... */
  readonly kind: string;
  readonly state: CheckView['state'];
  readonly critical: boolean;
  readonly component: string;
  /** Of its last run: UTC milliseconds. */
  readonly ranAt: number;
  readonly durationMs: number;
  readonly labels: Readonly<Record<string, string>>;
}

export interface HealthMirror extends MirrorHeader {
  readonly status: HealthStatus;
  /** Why it is not healthy; empty when it is. */
  readonly reason: string;
  /** UTC milliseconds by the device's clock, as are all times of checks. */
  readonly since: number;
  readonly checks: readonly CheckMirror[];
}

export interface MetricMirror {
  readonly labels: Readonly<Record<string, string>>;
  /** UTC milliseconds. */
  readonly time: number;
  /** A text for what JSON has no number for: NaN, +Inf, -Inf. */
  readonly value: number | string;
}

export interface MetricsMirror extends MirrorHeader {
  /** By metric name; one entry for each set of labels. */
  readonly metrics: Readonly<Record<string, readonly MetricMirror[]>>;
}

export function mirrorState(device: DeviceView, at: number): StateMirror {
  return {
    version: VERSION,
    device: device.id,
    site: device.site,
    at,
    up: device.up ?? null,
    firstSeen: device.firstSeen,
    lastSeen: device.lastSeen,
    agentVersion: device.agentVersion,
    boot: device.boot,
    machine: device.machine,
    heartbeatSeconds: device.heartbeatSeconds,
    capabilities: device.capabilities,
    labels: device.labels,
    facts: device.facts,
    problems: device.problems,
    gaps: device.gaps.length,
  };
}

export function mirrorHealth(
  { id, site }: Pick<DeviceView, 'id' | 'site'>,
  { overall, reason, since, checks }: HealthView,
  at: number,
): HealthMirror {
  const head = { version: VERSION, device: id, site, at, status: overall };
  return { ...head, reason, since, checks: checks.map(asCheck) };
}

function asCheck({ at, ...check }: CheckView): CheckMirror {
  return { ...check, status: statusOf(check), ranAt: at };
}

function statusOf({ state, critical }: Pick<CheckView, 'state' | 'critical'>): HealthStatus {
  if (state === 'ok') return 'healthy';
  return state === 'critical' && critical ? 'unhealthy' : 'degraded';
}

/** `samples` holds the newest of each series, in any order. */
export function mirrorMetrics(
  { device, site }: { readonly device: string; readonly site: string },
  samples: readonly LiveSample[],
  at: number,
): MetricsMirror {
  // A map, because a metric may be called `__proto__`.
  const metrics = new Map<string, MetricMirror[]>();
  for (const sample of samples.toSorted(byName)) {
    const known = metrics.get(nameOf(sample));
    if (known === undefined) metrics.set(nameOf(sample), [asMetric(sample)]);
    else known.push(asMetric(sample));
  }
  return { version: VERSION, device, site, at, metrics: Object.fromEntries(metrics) };
}

function asMetric({ labels, time, value }: LiveSample): MetricMirror {
  const own = Object.entries(labels).filter(([name]) => !IDENTITY.has(name));
  return {
    labels: Object.fromEntries(own),
    time,
    value: Number.isFinite(value) ? value : formatValue(value),
  };
}

function byName(a: LiveSample, b: LiveSample): number {
  return compareText(nameOf(a), nameOf(b));
}

function nameOf({ labels }: LiveSample): string {
  return labels['__name__'] ?? '';
}
