/** `report/<id>`: one run of a task or a remedy, or a step of an installation; the id names the run. */
import type { Header } from './envelope.ts';

export const REPORT_SUBJECTS = ['task', 'remedy', 'install'] as const;
export type ReportSubject = (typeof REPORT_SUBJECTS)[number];

/**
 * `interrupted`: the agent or the machine went down in the middle. `skipped`: its turn came and its
 * conditions did not hold, or it was missed; the text says which.
 */
export const REPORT_STATES = [
  'running',
  'succeeded',
  'failed',
  'timed-out',
  'cancelled',
  'interrupted',
  'skipped',
] as const;
export type ReportState = (typeof REPORT_STATES)[number];

export interface ReportBody {
  readonly subject: ReportSubject;
  /** Of the task, remedy or package. */
  readonly name: string;
  /** The executor: `clean`, `restart-unit`, ... */
  readonly kind: string;
  readonly state: ReportState;
  /** UTC milliseconds; `endedAt` is 0 while it runs. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** What began it: `schedule`, `command:<id>`, `check:<name>`, `missed`, `retry`. */
  readonly trigger: string;
  /** From 1. */
  readonly attempt: number;
  /** One line for people. */
  readonly text: string;
  /** The last bytes of its output, at most 16 KiB. */
  readonly output: string;
  /** What changed, a line each, at most 256. */
  readonly changes: readonly string[];
  /** Whole numbers: `bytes_freed`, `files_removed`, `packages_upgraded`, ... */
  readonly figures: ReadonlyMap<string, number>;
}

export interface Report extends ReportBody {
  readonly header: Header;
}
