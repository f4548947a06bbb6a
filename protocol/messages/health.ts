/**
 * `health`: what a device finds when it checks itself, retained. Each check's state and since when,
 * and what follows from all of them.
 */
import { clipText } from '../bytes/clip.ts';
import { encodeCbor } from '../cbor/encode.ts';
import type { Fields } from '../cbor/fields.ts';
import type { CborValue } from '../cbor/values.ts';
import { PROTOCOL_VERSION, TIME_RANGE } from '../limits.ts';
import type { Result } from '../result.ts';
import { openMessage } from './open.ts';

/** Names and order are those of monitoring plug-ins' exit codes. */
export const CHECK_STATES = ['ok', 'warning', 'critical', 'unknown'] as const;
export type CheckState = (typeof CHECK_STATES)[number];

export const OVERALL = ['healthy', 'degraded', 'unhealthy'] as const;
export type Overall = (typeof OVERALL)[number];

export interface CheckHealth {
  readonly name: string;
  /** The kind of check: `http`, `unit`, ... */
  readonly kind: string;
  readonly state: CheckState;
  /** UTC milliseconds since when it is in this state. */
  readonly since: number;
  /** UTC milliseconds of its last run. */
  readonly at: number;
  /** What it found, one line for people. */
  readonly text: string;
  /** A failure of a critical check makes the device unhealthy, of another one degraded. */
  readonly critical: boolean;
  /** What kind of thing it watches (`application`, `network`, `hardware`, ...); may be empty. */
  readonly component: string;
  /** Of its last run. */
  readonly durationMs: number;
  readonly labels: ReadonlyMap<string, string>;
}

export interface Health {
  /** UTC milliseconds by the device's clock when this was said. */
  readonly wall: number;
  readonly overall: Overall;
  /** Why it is not healthy; empty when it is. */
  readonly reason: string;
  readonly since: number;
  readonly checks: readonly CheckHealth[];
}

const KEY = { version: 0, wall: 1, overall: 2, reason: 3, since: 4, checks: 5 } as const;
const CHECK = {
  name: 0,
  kind: 1,
  state: 2,
  since: 3,
  at: 4,
  text: 5,
  critical: 6,
  component: 7,
  durationMs: 8,
  labels: 9,
} as const;

/** Together they keep the largest `health` below the size of a payload. */
export const HEALTH_LIMITS = {
  checks: 256,
  reasonBytes: 4_096,
  textBytes: 512,
  nameBytes: 64,
  labels: 16,
  labelBytes: 128,
} as const;
const MAX = HEALTH_LIMITS;

/** Texts and lists are cut to their limits: a health that cannot be read helps nobody. */
export function encodeHealth(health: Health): Uint8Array {
  return encodeCbor(
    new Map<number, CborValue>([
      [KEY.version, PROTOCOL_VERSION],
      [KEY.wall, health.wall],
      [KEY.overall, OVERALL.indexOf(health.overall)],
      [KEY.reason, clipText(health.reason, MAX.reasonBytes)],
      [KEY.since, health.since],
      [KEY.checks, health.checks.slice(0, MAX.checks).map(writeCheck)],
    ]),
  );
}

export function decodeHealth(bytes: Uint8Array): Result<Health> {
  const opened = openMessage(bytes, 'health');
  if (!opened.ok) return opened;
  const fields = opened.value;
  return fields.done({
    wall: fields.int(KEY.wall, TIME_RANGE),
    overall: fields.oneOf(KEY.overall, OVERALL),
    reason: fields.text(KEY.reason, MAX.reasonBytes),
    since: fields.int(KEY.since, TIME_RANGE),
    checks: fields
      .list(KEY.checks, MAX.checks)
      .map((item, i) => fields.nested(readCheck, item, `${KEY.checks}[${i}]`)),
  });
}

function writeCheck(check: CheckHealth): CborValue {
  const labels = [...check.labels].slice(0, MAX.labels).map(clipLabel);
  return new Map<number, CborValue>([
    [CHECK.name, check.name],
    [CHECK.kind, check.kind],
    [CHECK.state, CHECK_STATES.indexOf(check.state)],
    [CHECK.since, check.since],
    [CHECK.at, check.at],
    [CHECK.text, clipText(check.text, MAX.textBytes)],
    [CHECK.critical, check.critical],
    [CHECK.component, clipText(check.component, MAX.nameBytes)],
    [CHECK.durationMs, Math.max(0, Math.round(check.durationMs))],
    [CHECK.labels, new Map(labels)],
  ]);
}

function clipLabel([name, value]: readonly [string, string]): [string, string] {
  return [clipText(name, MAX.nameBytes), clipText(value, MAX.labelBytes)];
}

function readCheck(fields: Fields): CheckHealth {
  return {
    name: fields.text(CHECK.name, MAX.nameBytes),
    kind: fields.text(CHECK.kind, MAX.nameBytes),
    state: fields.oneOf(CHECK.state, CHECK_STATES),
    since: fields.int(CHECK.since, TIME_RANGE),
    at: fields.int(CHECK.at, TIME_RANGE),
    text: fields.text(CHECK.text, MAX.textBytes),
    critical: fields.bool(CHECK.critical),
    component: fields.text(CHECK.component, MAX.nameBytes),
    durationMs: fields.int(CHECK.durationMs, { min: 0 }),
    labels: fields.mapped(CHECK.labels, MAX.labels, MAX.nameBytes, (item) =>
      fields.asText(item, CHECK.labels, MAX.labelBytes),
    ),
  };
}
