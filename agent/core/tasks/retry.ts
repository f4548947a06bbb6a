/** Whether a run is tried again. Pure. */
import type { ReportState } from '../../../protocol/messages/report.ts';

export interface Retries {
  /** Further tries after the first. */
  readonly count: number;
  readonly delay: number;
}

export interface Ended {
  readonly state: ReportState;
  /** From 1. */
  readonly attempt: number;
  readonly permanent: boolean;
}

const MENDABLE: ReadonlySet<ReportState> = new Set(['failed', 'timed-out', 'interrupted']);

/** A cancelled run is not tried again: somebody did not want it. */
export function isTriedAgain({ state, attempt, permanent }: Ended, { count }: Retries): boolean {
  return MENDABLE.has(state) && !permanent && attempt <= count;
}
