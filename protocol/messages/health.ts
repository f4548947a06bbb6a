/**
 * `health`: what a device finds when it checks itself, retained. Each check's state and since when,
 * and what follows from all of them.
 */

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
