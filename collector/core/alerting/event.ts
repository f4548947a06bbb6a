/** What happened to alerts, kept to be looked up later: facts are added, never changed. */

/** Every kind, declared once, with what it means to a person. */
export const EVENT_KINDS = {
  fired: 'began to fire',
  resolved: 'is over',
  expired: 'is over, because nobody renewed it',
  notified: 'a receiver was told',
  'notify-failed': 'a receiver could not be told',
  'notify-abandoned': 'a notification was given up, because its receiver is gone',
  silenced: 'a silence began to hold it back',
  inhibited: 'another alert began to hold it back',
  muted: 'a time interval or a stage began to hold it back',
  unmuted: 'nothing holds it back any more',
  'silence-set': 'a silence was made or changed',
  'silence-expired': 'a silence was ended',
  acknowledged: 'somebody has it',
  unacknowledged: 'nobody has it any more',
  escalated: 'the next step of a ladder was reached',
  flapping: 'comes and goes: held as firing',
  steady: 'does not come and go any more',
  'maintenance-began': 'a maintenance was begun or planned',
  'maintenance-ended': 'a maintenance was ended',
  reported: 'a summary was sent',
  'report-failed': 'a summary could not be sent',
} as const;

export type EventKind = keyof typeof EVENT_KINDS;

export interface AlertEvent {
  /** UTC milliseconds. */
  readonly at: number;
  readonly kind: EventKind;
  /** Of the alerts that it is about; empty when it is about none. */
  readonly fingerprints: readonly string[];
  /** e.g. `receiver`, `integration`, `groupKey`, `key`, `reason`, `by`, `labels`. */
  readonly data: Readonly<Record<string, string | number | boolean>>;
}

export interface HistoryQuery {
  readonly fingerprint?: string;
  /** UTC milliseconds; absent: all that is kept. */
  readonly since?: number;
  /** The newest so many. */
  readonly limit: number;
}
