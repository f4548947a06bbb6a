/** What rules ask of alerting. */
import type { Alert } from '../core/alerting/alert.ts';

export interface AlertSink {
  /** Resolves when the alerts are durable: from then on a crash loses none of them. */
  put(alerts: readonly Alert[]): Promise<void>;
}
