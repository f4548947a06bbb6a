/** Reports as a machine in the laboratory hands them over. */
import type { ReportBody } from '../../../../protocol/messages/report.ts';

export interface Told extends ReportBody {
  readonly id: string;
}

export function isEnd(state: string): boolean {
  return ['succeeded', 'failed', 'skipped', 'cancelled'].includes(state);
}
