/** Alerts whose rule is not there: what they are told as. */
import type { Alert } from '../../core/alerting/alert.ts';
import type { AlertInstance } from '../../rules/evaluation/alert-state.ts';

/** How long a mistake in a rule file may stand until its alerts expire. */
const KEPT_MS = 7 * 86_400_000;

/** The rule was taken out on purpose. */
export function ended(alerts: readonly AlertInstance[], now: number): readonly Alert[] {
  return alerts.map((alert) => told(alert, now, now));
}

/** The rule's file is broken or missing: nobody knows whether they are over. */
export function kept(alerts: readonly AlertInstance[], now: number): readonly Alert[] {
  return alerts.map((alert) => told(alert, now, now + KEPT_MS));
}

function told(
  { labels, annotations, firedAt, activeAt }: AlertInstance,
  now: number,
  endsAt: number,
): Alert {
  const startsAt = firedAt ?? activeAt;
  return { labels, annotations, startsAt, endsAt, generatorUrl: '', updatedAt: now };
}
