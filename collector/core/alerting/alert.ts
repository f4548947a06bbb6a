/** An alert between the rules that raise it and the stages that tell people. */
import type { LabelSet } from '../label-set.ts';

/** Alertmanager's alert. Times in UTC milliseconds. */
export interface Alert {
  /** `alertname` among them; what makes an alert the same alert. */
  readonly labels: LabelSet;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: number;
  /** Firing until then: at or before now it is resolved; renewed while the rule fires. */
  readonly endsAt: number;
  readonly generatorUrl: string;
  readonly updatedAt: number;
}

export function isResolved(alert: Alert, now: number): boolean {
  return alert.endsAt <= now;
}
