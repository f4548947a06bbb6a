/** Checks as they are written in the configuration, and as the agent runs them. */

/** One check with everything decided. Durations are milliseconds. */
export interface CheckConfig {
  readonly kind: string;
  readonly options: unknown;
  readonly enabled: boolean;
  readonly interval: number;
  readonly timeout: number;
  readonly jitter: number;
  readonly critical: boolean;
  /** May be empty. */
  readonly component: string;
  readonly failures: number;
  readonly of: number;
  readonly recoveries: number;
  readonly grace: number;
  readonly dependsOn: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** A name below `remedies`. */
  readonly remedy?: string;
}

type Decided = 'kind' | 'options' | 'interval' | 'timeout' | 'jitter' | 'of';
/** As written: beside these, one key that is a kind. */
export type WrittenCheck = Omit<CheckConfig, Decided> & {
  readonly interval?: number;
  readonly timeout?: number;
  readonly jitter?: number;
  readonly of?: number;
  readonly [kind: string]: unknown;
};

export type CheckSettings = Readonly<Record<string, WrittenCheck>>;
