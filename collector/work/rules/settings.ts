/** How rules are evaluated; from the configuration, and asked anew each time. */
export interface RuleSettings {
  /** For groups that name none. */
  readonly intervalMs: number;
  /** For groups that name none: the longest batch interval, so that late batches are in. */
  readonly queryOffsetMs: number;
  /** Firing alerts are handed on again after this. */
  readonly resendMs: number;
  /** One rule may take this long. */
  readonly timeoutMs: number;
  readonly lookbackMs: number;
  /** Samples that one rule may hold at once. */
  readonly maxSamples: number;
  /** Groups evaluated at once. */
  readonly concurrency: number;
  /** Alerts about devices that are down or lag do not end. */
  readonly holdSilentDevices: boolean;
  readonly externalUrl: string;
  readonly externalLabels: Readonly<Record<string, string>>;
}

export const DEFAULT_RULE_SETTINGS: RuleSettings = {
  intervalMs: 60_000,
  queryOffsetMs: 0,
  resendMs: 60_000,
  timeoutMs: 120_000,
  lookbackMs: 300_000,
  maxSamples: 50_000_000,
  concurrency: 2,
  holdSilentDevices: true,
  externalUrl: '',
  externalLabels: {},
};
