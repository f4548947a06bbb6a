/** Reports of alerts, made from the history and what fires. */
import { isResolved } from '../../core/alerting/alert.ts';
import { type LabelMatcher, matchesAll } from '../../core/alerting/matcher.ts';
import { LabelSet } from '../../core/label-set.ts';
import { episodesOf } from '../../core/oncall/episodes.ts';
import { type AlertReport, alertReport } from '../../core/oncall/report.ts';
import { summarize } from '../../core/oncall/summary.ts';
import type { Clock } from '../../ports.ts';
import type { AlertStore } from '../alerting/alert-store.ts';
import type { History } from '../alerting/history.ts';

/** Bounds the memory that one report takes. */
const MOST_EVENTS = 200_000;

export interface ReportsDeps {
  readonly clock: Clock;
  readonly store: AlertStore;
  readonly history: History;
  readonly externalUrl: string;
}

export interface ReportWish {
  readonly name: string;
  readonly idempotencyKey: string;
  readonly zone: string;
  readonly from: number;
  readonly to: number;
  /** Alerts that match all of them. */
  readonly matchers: readonly LabelMatcher[];
}

export async function makeReport(deps: ReportsDeps, wish: ReportWish): Promise<AlertReport> {
  const { clock, store, history, externalUrl } = deps;
  const { name, idempotencyKey, zone, from, to, matchers } = wish;
  const events = [...(await history.list({ since: from, limit: MOST_EVENTS }))].reverse();
  const now = clock.wall();
  const firing = Array.from(store.all())
    .filter(({ alert }) => !isResolved(alert, now))
    .map(({ fingerprint, alert: { labels, startsAt } }) => ({
      fingerprint,
      labels: labels.toObject(),
      startsAt,
    }));
  const episodes = episodesOf(events, firing, from).filter(
    ({ labels }) => matchers.length === 0 || matchesAll(matchers, LabelSet.fromObject(labels)),
  );
  const truncated = events.length >= MOST_EVENTS;
  const frame = { name, idempotencyKey, zone, externalUrl, truncated };
  return alertReport(summarize(episodes, from, to), frame);
}
