/** On-call as the HTTP side sees it, and what it asks of the world. */
import type { Acknowledgement } from '../core/oncall/acknowledgement.ts';
import type { Maintenance, Scope } from '../core/oncall/maintenance.ts';
import type { AlertReport } from '../core/oncall/report.ts';
import type { AlertView } from './alerting.ts';

export interface PoliciesFile {
  /** Rejects with a message for people when the file cannot be read. */
  read(): Promise<{ readonly path: string; readonly text: string }>;
}

/** What holds an alert back, and who has it. */
export type AlertCondition =
  | 'silenced'
  | 'inhibited'
  | 'muted'
  | 'maintenance'
  | 'acknowledged'
  | 'flapping';

export interface OnCallAlert extends AlertView {
  readonly conditions: readonly AlertCondition[];
  readonly acknowledgement?: Acknowledgement;
  readonly maintenance?: Maintenance;
  /** The ladder it climbs, how far, and when somebody is told next. */
  readonly escalation?: ClimbView;
}

export interface ClimbView {
  readonly escalation: string;
  readonly groupKey: string;
  readonly startedAt: number;
  readonly round: number;
  readonly step: number;
  /** Absent at the end of the ladder. */
  readonly dueAt?: number;
}

/** Exactly one of the three names the alerts. */
export interface AlertChoice {
  readonly fingerprints?: readonly string[];
  readonly matchers?: readonly string[];
  /** The idempotency key of a notification. */
  readonly notification?: string;
}

export interface AcknowledgeRequest extends AlertChoice {
  readonly by: string;
  readonly comment: string;
  readonly via: Acknowledgement['via'];
  /** Absent: as long as the ladder of each alert says. */
  readonly forMs?: number;
}

export interface MaintenanceDraft {
  readonly scope: Scope;
  /** Absent: now. */
  readonly startsAt?: number;
  readonly endsAt: number;
  readonly by: string;
  readonly comment: string;
}

/** What a signed link opens: alerts that still fire as they did then. */
export type LinkView =
  | { readonly ok: true; readonly alerts: readonly OnCallAlert[] }
  | { readonly ok: false; readonly reason: 'malformed' | 'forged' | 'expired' | 'unknown' };

/** A request that cannot be done as it stands; the message is for people. */
export class OnCallError extends Error {
  readonly code: 'invalid' | 'unknown';

  constructor(code: OnCallError['code'], message: string) {
    super(message);
    this.name = 'OnCallError';
    this.code = code;
  }
}

export interface OnCallView {
  /** Firing ones. */
  alerts(): readonly OnCallAlert[];
  /** Resolve when durable; reject with OnCallError. */
  acknowledge(request: AcknowledgeRequest): Promise<readonly Acknowledgement[]>;
  /** Answers the fingerprints of those that were taken back. */
  unacknowledge(choice: AlertChoice, by: string): Promise<readonly string[]>;
  maintenances(): readonly Maintenance[];
  beginMaintenance(draft: MaintenanceDraft): Promise<Maintenance>;
  endMaintenance(id: string, by: string): Promise<void>;
  climbs(): readonly ClimbView[];
  report(from: number, to: number): Promise<AlertReport>;
  openLink(token: string): Promise<LinkView>;
  useLink(token: string, by: string): Promise<LinkView>;
}
