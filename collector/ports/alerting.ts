/** Alerting as others see it: the HTTP side, and the files that it is configured by. */
import type { Alert } from '../core/alerting/alert.ts';
import type { AlertEvent, HistoryQuery } from '../core/alerting/event.ts';
import type { LabelMatcher } from '../core/alerting/matcher.ts';
import type { Silence, SilenceDraft } from '../core/alerting/silence.ts';
import type { LabelSet } from '../core/label-set.ts';

export interface AlertHistory {
  /** Newest first. */
  list(query: HistoryQuery): Promise<readonly AlertEvent[]>;
}

export interface TemplateFile {
  readonly path: string;
  readonly text: string;
}

/** The configuration file and the templates it names. */
export interface AlertingFiles {
  /** Rejects with a message for people when the file cannot be read. */
  config(): Promise<{ readonly path: string; readonly text: string }>;
  /** Files that match the globs, which are relative to the configuration file; each once. */
  templates(globs: readonly string[]): Promise<readonly TemplateFile[]>;
}

export interface AlertView {
  readonly fingerprint: string;
  readonly alert: Alert;
  /** Names, each once, in the order of the routes. */
  readonly receivers: readonly string[];
  readonly silencedBy: readonly string[];
  readonly inhibitedBy: readonly string[];
  /** Names of time intervals and of later stages that hold it back. */
  readonly mutedBy: readonly string[];
  readonly unprocessed: boolean;
}

export interface GroupView {
  readonly labels: LabelSet;
  readonly key: string;
  readonly receiver: string;
  readonly alerts: readonly AlertView[];
}

export interface AlertingView {
  /** The configuration without secrets. */
  configText(): string;
  readonly startedAt: number;
  readonly resolveTimeoutMs: number;
  receivers(): readonly string[];
  /** Firing ones, or with `all` also those that are over and not forgotten yet. */
  alerts(all?: boolean): readonly AlertView[];
  groups(): readonly GroupView[];
  /** Resolves when they are durable. */
  put(alerts: readonly Alert[]): Promise<void>;
  readonly silences: SilenceDesk;
  readonly history: AlertHistory;
}

export interface SilenceDesk {
  /** In Alertmanager's order. */
  list(filter: readonly LabelMatcher[]): readonly Silence[];
  get(id: string): Silence | undefined;
  /** Resolves with its id when it is durable; rejects with `SilenceError`. */
  set(draft: SilenceDraft): Promise<string>;
  expire(id: string): Promise<void>;
}
