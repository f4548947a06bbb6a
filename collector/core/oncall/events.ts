/** What on-call adds to the history of alerts. */
import type { AlertEvent, EventKind } from '../alerting/event.ts';

/** Each kind with what it means to a person. */
export const ONCALL_EVENTS = {
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

export function onCallEvent(
  kind: keyof typeof ONCALL_EVENTS,
  at: number,
  fingerprints: readonly string[],
  data: AlertEvent['data'],
): AlertEvent {
  return { at, kind: kind as unknown as EventKind, fingerprints, data };
}
