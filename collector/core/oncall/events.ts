/** What on-call adds to the history of alerts. */
import type { AlertEvent, EventKind } from '../alerting/event.ts';

export function onCallEvent(
  kind: EventKind,
  at: number,
  fingerprints: readonly string[],
  data: AlertEvent['data'],
): AlertEvent {
  return { at, kind, fingerprints, data };
}
