/** Which alerts are due to be handed on, and in which form. */
import type { Alert } from '../../core/alerting/alert.ts';
import { type AlertInstance, isFiring } from './alert-state.ts';

export interface SendingTerms {
  /** Alerts are told again after this many milliseconds. */
  readonly resendMs: number;
  readonly intervalMs: number;
  readonly generatorUrl: string;
}

export function isDue(alert: AlertInstance, now: number, resendMs: number): boolean {
  if (alert.state === 'pending') return false;
  const sentAt = alert.sentAt ?? Number.NEGATIVE_INFINITY;
  // A clock that was set back must not silence an alert.
  if (sentAt > now) return true;
  if (alert.state === 'resolved' && (alert.resolvedAt ?? 0) > sentAt) return true;
  return sentAt + resendMs < now || sentAt === Number.NEGATIVE_INFINITY;
}

/** A firing alert is good for four rounds: two may fail before anybody takes it for resolved. */
export function toSend(alert: AlertInstance, now: number, terms: SendingTerms): Alert {
  const validUntil = now + 4 * Math.max(terms.intervalMs, terms.resendMs);
  return {
    labels: alert.labels,
    annotations: alert.annotations,
    startsAt: alert.firedAt ?? alert.activeAt,
    endsAt: isFiring(alert) ? validUntil : (alert.resolvedAt ?? now),
    generatorUrl: terms.generatorUrl,
    updatedAt: now,
  };
}

/** Where a person sees the expression as a table. */
export function generatorUrl(externalUrl: string, query: string): string {
  const escaped = encodeURIComponent(query)
    .replaceAll('%20', '+')
    .replaceAll(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
  return `${externalUrl.replace(/\/+$/, '')}/graph?g0.expr=${escaped}&g0.tab=1`;
}
