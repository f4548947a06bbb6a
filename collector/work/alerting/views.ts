/** Alerting as the HTTP side and the metrics see it. */
import { type Alert, isResolved } from '../../core/alerting/alert.ts';
import { shownConfig } from '../../core/alerting/config/redact.ts';
import type { TrackedAlert } from '../../core/alerting/identity.ts';
import { silenceState } from '../../core/alerting/silence.ts';
import { LabelSet } from '../../core/label-set.ts';
import { compareText } from '../../core/text.ts';
import type {
  AlertHistory,
  AlertingView,
  AlertView,
  GroupView,
  SilenceDesk,
} from '../../ports/alerting.ts';
import type { Clock } from '../../ports.ts';
import type { Alerting } from './alerting.ts';
import type { AlertingFigures } from './metrics.ts';

export class AlertingViews implements AlertingView {
  readonly silences: SilenceDesk;
  readonly history: AlertHistory;
  private readonly alerting: Alerting;
  private readonly clock: Clock;
  private shown: { readonly text: string; readonly view: string } | undefined;

  constructor(alerting: Alerting, clock: Clock) {
    this.alerting = alerting;
    this.clock = clock;
    this.silences = alerting.silences;
    this.history = alerting.history;
  }

  configText(): string {
    const { text } = this.alerting.config;
    if (this.shown?.text !== text) this.shown = { text, view: shownConfig(text) };
    return this.shown.view;
  }

  get startedAt(): number {
    return this.alerting.startedAt;
  }

  get resolveTimeoutMs(): number {
    return this.alerting.resolveTimeoutMs;
  }

  receivers(): readonly string[] {
    return this.alerting.config.receivers.map(({ name }) => name);
  }

  alerts(all = false): readonly AlertView[] {
    const now = this.clock.wall();
    const found: AlertView[] = [];
    for (const tracked of this.alerting.store.all()) {
      if (all || !isResolved(tracked.alert, now)) found.push(this.view(tracked, now));
    }
    return found.sort((a, b) => compareText(a.fingerprint, b.fingerprint));
  }

  groups(): readonly GroupView[] {
    const now = this.clock.wall();
    const groups = this.alerting.dispatcher.list().map((group) => ({
      labels: group.labels,
      key: group.key,
      receiver: group.route.receiver,
      alerts: group
        .list()
        .filter(({ alert }) => !isResolved(alert, now))
        .map((tracked) => this.view(tracked, now, group.route.id))
        .sort((a, b) => compareText(a.fingerprint, b.fingerprint)),
    }));
    return groups
      .filter(({ alerts }) => alerts.length > 0)
      .sort((a, b) => LabelSet.compare(a.labels, b.labels) || compareText(a.receiver, b.receiver));
  }

  async put(alerts: readonly Alert[]): Promise<void> {
    const now = this.clock.wall();
    await this.alerting.store.put(alerts);
    const resolved = alerts.filter((alert) => isResolved(alert, now)).length;
    const { received } = this.alerting.metrics;
    received.with({ status: 'firing' }).inc(alerts.length - resolved);
    received.with({ status: 'resolved' }).inc(resolved);
  }

  figures(): AlertingFigures {
    const now = this.clock.wall();
    const alerts = { active: 0, suppressed: 0, resolved: 0 };
    for (const { fingerprint, alert } of this.alerting.store.all()) {
      if (isResolved(alert, now)) alerts.resolved += 1;
      else if (this.heldBy(fingerprint, alert, now)) alerts.suppressed += 1;
      else alerts.active += 1;
    }
    const silences = { active: 0, pending: 0, expired: 0 };
    for (const one of this.alerting.silences.index.all()) silences[silenceState(one, now)] += 1;
    const { reloadOk, reloadedAt } = this.alerting;
    return { alerts, silences, groups: this.alerting.dispatcher.size, reloadOk, reloadedAt };
  }

  private heldBy(fingerprint: string, alert: Alert, now: number): boolean {
    const { silences } = this.alerting;
    if (silences.index.silencedBy(fingerprint, alert.labels, now).length > 0) return true;
    return this.alerting.inhibitedBy(alert.labels, now) !== undefined;
  }

  /** `routeId`: only what holds it back there. */
  private view(tracked: TrackedAlert, now: number, routeId?: string): AlertView {
    const { alerting } = this;
    const { fingerprint, alert } = tracked;
    const routes = alerting.dispatcher.routesOf(tracked);
    const inhibitedBy = alerting.inhibitedBy(alert.labels, now);
    const places = routeId === undefined ? routes.map(({ id }) => id) : [routeId];
    const mutedBy = places.flatMap((id) => {
      const held = alerting.holds.get(id, fingerprint);
      return held === undefined || held.stage === 'silence' || held.stage === 'inhibit'
        ? []
        : held.by;
    });
    return {
      fingerprint,
      alert,
      receivers: [...new Set(routes.map(({ receiver }) => receiver))],
      silencedBy: alerting.silences.index.silencedBy(fingerprint, alert.labels, now),
      inhibitedBy: inhibitedBy === undefined ? [] : [inhibitedBy],
      mutedBy: [...new Set(mutedBy)],
      unprocessed: false,
    };
  }
}
