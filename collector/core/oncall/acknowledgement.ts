/** "I have it": who took an alert, until when. An alert that resolved and fires anew is a new one. */
import type { Alert } from '../alerting/alert.ts';

/** Times in UTC milliseconds. */
export interface Acknowledgement {
  readonly fingerprint: string;
  /** `startsAt` of the alert that was acknowledged. */
  readonly startsAt: number;
  readonly by: string;
  readonly at: number;
  readonly until: number;
  readonly comment: string;
  /** By which way it came. */
  readonly via: 'page' | 'cli' | 'api' | 'link';
}

/** Whether somebody has the alert now. */
export function isAcknowledged(
  known: Acknowledgement | undefined,
  alert: Pick<Alert, 'startsAt'>,
  now: number,
): boolean {
  return known !== undefined && known.startsAt === alert.startsAt && now < known.until;
}

/** Whether it can be forgotten. */
export function isSpent(
  known: Acknowledgement,
  alert: Pick<Alert, 'startsAt'> | undefined,
  now: number,
): boolean {
  return now >= known.until || alert === undefined || alert.startsAt !== known.startsAt;
}
