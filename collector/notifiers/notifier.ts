/** What a channel to people or programs is. One file each beside this one; `index.ts` lists them. */
import type { Finding } from '../../protocol/config/problem.ts';
import type { Alert } from '../core/alerting/alert.ts';
import type { AlertReport } from '../core/oncall/report.ts';
import type { TemplateSet } from '../core/template/template-set.ts';
import type { NotifyPorts } from '../ports/notify.ts';

/** One notification about one group of alerts for one receiver, as the stages decided it. */
export interface Notification {
  /** The same for every attempt and after a restart; receivers may use it to tell repeats. */
  readonly idempotencyKey: string;
  readonly receiver: string;
  /** Alertmanager's group key, e.g. `{}/{severity="page"}:{alertname="DiskFull"}`. */
  readonly groupKey: string;
  readonly groupLabels: Readonly<Record<string, string>>;
  /** Firing and resolved ones; ordered by labels. */
  readonly alerts: readonly Alert[];
  /** Alerts left out because of `max_alerts`. */
  readonly truncatedAlerts: number;
  /** Base of links into the page, without a slash at its end. */
  readonly externalUrl: string;
  /** Signed links by which a reader acknowledges; absent when nothing is to be acknowledged. */
  readonly acknowledgeUrl?: string;
  /** When the stages decided, UTC milliseconds: what is resolved is judged by it. */
  readonly decidedAt: number;
}

export type Outcome =
  | { readonly ok: true; readonly detail?: string }
  /** `retry`: trying again later may help (5xx, no connection); otherwise it will not (4xx). */
  | { readonly ok: false; readonly retry: boolean; readonly reason: string };

/** Bound to its configuration. `reason` and `detail` never carry secrets. */
export interface Notifier {
  readonly sendResolved: boolean;
  send(notification: Notification, signal: AbortSignal): Promise<Outcome>;
  /** A summary, for channels that people read or that take JSON; others have none. */
  report?(report: AlertReport, signal: AbortSignal): Promise<Outcome>;
}

/** A channel of a receiver: its configuration is read once, then bound to the world. */
export interface NotifierKind {
  /** The key of a receiver under which such channels are listed: `webhook_configs`. */
  readonly key: string;
  /** `tree` is one entry of that list, `path` its place in the file, globals already applied. */
  read(tree: unknown, path: readonly string[], templates: TemplateSet): ReadNotifier;
}

export type ReadNotifier =
  | { readonly findings: readonly [Finding, ...Finding[]] }
  | { readonly findings: readonly []; create(ports: NotifyPorts): Notifier };
